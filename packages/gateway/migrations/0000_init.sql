CREATE TABLE "accounts" (
	"account" "bytea" PRIMARY KEY NOT NULL,
	"signer" "bytea" NOT NULL,
	"recipient" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "activity" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"block" bigint NOT NULL,
	"what" text NOT NULL,
	"transaction" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "anchors" (
	"organisation" "bytea" NOT NULL,
	"sequence" integer NOT NULL,
	"previous" "bytea" NOT NULL,
	"root" "bytea" NOT NULL,
	"count" integer NOT NULL,
	"head" "bytea" NOT NULL,
	"block" bigint NOT NULL,
	CONSTRAINT "anchors_organisation_sequence_pk" PRIMARY KEY("organisation","sequence")
);
--> statement-breakpoint
CREATE TABLE "attachments" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attestations" (
	"patient" "bytea" NOT NULL,
	"organisation" "bytea" NOT NULL,
	"commitment" "bytea" NOT NULL,
	CONSTRAINT "attestations_patient_organisation_pk" PRIMARY KEY("patient","organisation")
);
--> statement-breakpoint
CREATE TABLE "batches" (
	"batch" bigint PRIMARY KEY NOT NULL,
	"organisation" "bytea" NOT NULL,
	"author" "bytea" NOT NULL,
	"root" "bytea" NOT NULL,
	"count" integer NOT NULL,
	"manifest" "bytea" NOT NULL,
	"committed_at" bigint NOT NULL,
	"state" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "challenges" (
	"challenge" "bytea" PRIMARY KEY NOT NULL,
	"account" "bytea" NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "compartments" (
	"patient" "bytea" NOT NULL,
	"compartment" "bytea" NOT NULL,
	"sensitivity" smallint NOT NULL,
	"epoch" integer NOT NULL,
	CONSTRAINT "compartments_patient_compartment_pk" PRIMARY KEY("patient","compartment")
);
--> statement-breakpoint
CREATE TABLE "cursor" (
	"id" smallint PRIMARY KEY NOT NULL,
	"block" bigint NOT NULL,
	"block_hash" "bytea" NOT NULL,
	"block_time" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "epochs" (
	"patient" "bytea" NOT NULL,
	"compartment" "bytea" NOT NULL,
	"epoch" integer NOT NULL,
	"recipient" "bytea" NOT NULL,
	"back_link" "bytea",
	"wraps_hash" "bytea",
	"since" bigint NOT NULL,
	CONSTRAINT "epochs_patient_compartment_epoch_pk" PRIMARY KEY("patient","compartment","epoch")
);
--> statement-breakpoint
CREATE TABLE "grants" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"patient" "bytea" NOT NULL,
	"reader" "bytea" NOT NULL,
	"compartment" "bytea" NOT NULL,
	"rights" smallint NOT NULL,
	"purposes" integer NOT NULL,
	"ceiling" smallint NOT NULL,
	"from_seconds" bigint NOT NULL,
	"until_seconds" bigint NOT NULL,
	"wrap_hash" "bytea" NOT NULL,
	"epoch" integer NOT NULL,
	"since" bigint NOT NULL,
	"ended" bigint
);
--> statement-breakpoint
CREATE TABLE "leaves" (
	"record" "bytea" PRIMARY KEY NOT NULL,
	"batch" bigint NOT NULL,
	"position" integer NOT NULL,
	"patient" "bytea" NOT NULL,
	"compartment" "bytea" NOT NULL,
	"epoch" integer NOT NULL,
	"content" "bytea" NOT NULL,
	"commitment" "bytea" NOT NULL,
	"sensitivity" smallint NOT NULL,
	"kind" smallint NOT NULL,
	"author" "bytea" NOT NULL,
	"organisation" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "manifests" (
	"content_id" "bytea" PRIMARY KEY NOT NULL,
	"json" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "members" (
	"account" "bytea" PRIMARY KEY NOT NULL,
	"organisation" "bytea" NOT NULL,
	"role" smallint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "operations" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"id" "bytea" NOT NULL,
	"account" "bytea" NOT NULL,
	"nonce" "bytea" NOT NULL,
	"signed" jsonb NOT NULL,
	"state" text NOT NULL,
	"transaction" "bytea",
	"block" bigint,
	"problem" jsonb,
	CONSTRAINT "operations_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "organisations" (
	"account" "bytea" PRIMARY KEY NOT NULL,
	"kind" smallint NOT NULL,
	"country" text NOT NULL,
	"endpoint" text
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"index" bigint PRIMARY KEY NOT NULL,
	"reader" "bytea" NOT NULL,
	"patient" "bytea" NOT NULL,
	"records" jsonb NOT NULL,
	"purpose" smallint NOT NULL,
	"decision" smallint NOT NULL,
	"at" bigint NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"salt" "bytea" NOT NULL,
	"request" jsonb NOT NULL,
	"signature" "bytea" NOT NULL,
	"forwarded_by" "bytea",
	"anchor" integer
);
--> statement-breakpoint
CREATE TABLE "request_nonces" (
	"reader" "bytea" NOT NULL,
	"nonce" "bytea" NOT NULL,
	"issued_at" bigint NOT NULL,
	CONSTRAINT "request_nonces_reader_nonce_pk" PRIMARY KEY("reader","nonce")
);
--> statement-breakpoint
CREATE TABLE "submissions" (
	"transaction" "bytea" PRIMARY KEY NOT NULL,
	"nonce" bigint NOT NULL,
	"raw" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE INDEX "grants_patient" ON "grants" USING btree ("patient");--> statement-breakpoint
CREATE INDEX "grants_reader" ON "grants" USING btree ("reader");--> statement-breakpoint
CREATE UNIQUE INDEX "grants_in_force" ON "grants" USING btree ("patient","reader","compartment") WHERE ended is null;--> statement-breakpoint
CREATE INDEX "leaves_patient" ON "leaves" USING btree ("patient","compartment");--> statement-breakpoint
CREATE INDEX "leaves_batch" ON "leaves" USING btree ("batch","position");--> statement-breakpoint
CREATE INDEX "leaves_content" ON "leaves" USING btree ("content");--> statement-breakpoint
CREATE INDEX "members_organisation" ON "members" USING btree ("organisation");--> statement-breakpoint
CREATE INDEX "operations_open" ON "operations" USING btree ("state","sequence");--> statement-breakpoint
CREATE INDEX "receipts_patient" ON "receipts" USING btree ("patient");--> statement-breakpoint
CREATE INDEX "receipts_anchor" ON "receipts" USING btree ("anchor");--> statement-breakpoint
CREATE INDEX "receipts_request" ON "receipts" USING btree ("request_hash");