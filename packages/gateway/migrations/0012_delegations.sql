-- Who decided for whom stands in blocks that were read before there was a place for it: what the follower wrote is emptied as
-- `rebuild` does, cursor and all, and read from the chain again on the next start. What this gateway alone knows stays.
TRUNCATE TABLE "cursor", "accounts", "organisations", "members", "attestations", "compartments", "epochs", "inboxes", "grants", "record_grants", "batches", "parties", "marks", "anchors", "trustee_sets", "emergencies", "share_releases", "councils", "recoveries", "activity", "leaves";
--> statement-breakpoint
CREATE TABLE "delegations" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"patient" "bytea" NOT NULL,
	"delegate" "bytea" NOT NULL,
	"since" bigint NOT NULL,
	"until_seconds" bigint NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "delegations_patient" ON "delegations" USING btree ("patient","delegate");
--> statement-breakpoint
CREATE INDEX "delegations_delegate" ON "delegations" USING btree ("delegate");
--> statement-breakpoint
CREATE TABLE "delegate_maps" (
	"patient" "bytea" NOT NULL,
	"delegate" "bytea" NOT NULL,
	"map" "bytea" NOT NULL,
	CONSTRAINT "delegate_maps_patient_delegate_pk" PRIMARY KEY("patient","delegate")
);
--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "delegate" "bytea";
