-- Batches are named by a hash (R3), so what the follower wrote cannot be carried over. It is emptied as `rebuild` does, cursor
-- and all, and read from the chain again on the next start. What this gateway alone knows stays.
TRUNCATE TABLE "cursor", "accounts", "organisations", "members", "attestations", "compartments", "epochs", "grants", "batches", "anchors", "erasures", "activity", "leaves", "record_grants";
--> statement-breakpoint
CREATE TABLE "marks" (
	"batch" "bytea" NOT NULL,
	"leaf_hash" "bytea" NOT NULL,
	"status" text NOT NULL,
	"successor_batch" "bytea",
	"successor_hash" "bytea",
	CONSTRAINT "marks_batch_leaf_hash_pk" PRIMARY KEY("batch","leaf_hash")
);
--> statement-breakpoint
CREATE TABLE "parties" (
	"batch" "bytea" NOT NULL,
	"account" "bytea" NOT NULL,
	"signed_at" bigint,
	CONSTRAINT "parties_batch_account_pk" PRIMARY KEY("batch","account")
);
--> statement-breakpoint
ALTER TABLE "erasures" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP TABLE "erasures" CASCADE;--> statement-breakpoint
ALTER TABLE "batches" ALTER COLUMN "batch" SET DATA TYPE "bytea" USING ''::bytea;--> statement-breakpoint
ALTER TABLE "leaves" ALTER COLUMN "batch" SET DATA TYPE "bytea" USING ''::bytea;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "block" bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "log_index" integer NOT NULL;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "signed_at" bigint;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "withdrawn" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "leaves" ADD COLUMN "leaf_hash" "bytea" NOT NULL;