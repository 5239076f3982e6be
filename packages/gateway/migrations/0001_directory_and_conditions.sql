CREATE TABLE "erasures" (
	"batch" bigint NOT NULL,
	"leaf_hash" "bytea" NOT NULL,
	CONSTRAINT "erasures_batch_leaf_hash_pk" PRIMARY KEY("batch","leaf_hash")
);
--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "conditions" jsonb;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "specialty" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "licensed_until" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "barred" boolean DEFAULT false NOT NULL;