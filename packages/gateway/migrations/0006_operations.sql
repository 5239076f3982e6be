CREATE TABLE "integrity_findings" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"round" bigint NOT NULL,
	"content" "bytea" NOT NULL,
	"result" text NOT NULL,
	"found_at" bigint NOT NULL,
	"repaired" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "integrity_rounds" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"started_at" bigint NOT NULL,
	"finished_at" bigint,
	"after" "bytea" NOT NULL,
	"files" integer DEFAULT 0 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"repaired" integer DEFAULT 0 NOT NULL,
	"unrepaired" integer DEFAULT 0 NOT NULL,
	"report" "bytea",
	"operation" "bytea"
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "operations" ADD COLUMN "sender" "bytea";--> statement-breakpoint
ALTER TABLE "operations" ADD COLUMN "at" bigint;--> statement-breakpoint
-- Rows of before stand in line for themselves, since now.
UPDATE "operations" SET "sender" = "account", "at" = extract(epoch from now())::bigint;--> statement-breakpoint
ALTER TABLE "operations" ALTER COLUMN "sender" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "operations" ALTER COLUMN "at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "submissions" ADD COLUMN "first" "bytea";--> statement-breakpoint
ALTER TABLE "submissions" ADD COLUMN "max_fee_wei" bigint;--> statement-breakpoint
ALTER TABLE "submissions" ADD COLUMN "at" bigint;--> statement-breakpoint
UPDATE "submissions" SET "first" = "transaction", "max_fee_wei" = 0, "at" = extract(epoch from now())::bigint;--> statement-breakpoint
ALTER TABLE "submissions" ALTER COLUMN "first" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "submissions" ALTER COLUMN "max_fee_wei" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "submissions" ALTER COLUMN "at" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "integrity_findings_round" ON "integrity_findings" USING btree ("round");--> statement-breakpoint
CREATE INDEX "operations_transaction" ON "operations" USING btree ("transaction");