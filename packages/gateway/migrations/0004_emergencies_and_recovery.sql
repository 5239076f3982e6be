-- Events of contracts that no earlier version followed, and blocks that it did not keep: what the follower wrote is emptied as
-- `rebuild` does, cursor and all, and read from the chain again on the next start. What this gateway alone knows stays.
TRUNCATE TABLE "cursor", "accounts", "organisations", "members", "attestations", "compartments", "epochs", "grants", "record_grants", "batches", "parties", "marks", "anchors", "activity", "leaves";
--> statement-breakpoint
CREATE TABLE "councils" (
	"account" "bytea" PRIMARY KEY NOT NULL,
	"guardians" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"threshold" smallint DEFAULT 0 NOT NULL,
	"term" integer DEFAULT 0 NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "emergencies" (
	"declaration" bigint PRIMARY KEY NOT NULL,
	"member" "bytea" NOT NULL,
	"patient" "bytea" NOT NULL,
	"organisation" "bytea" NOT NULL,
	"reason" smallint NOT NULL,
	"reason_hash" "bytea" NOT NULL,
	"declared_at" bigint NOT NULL,
	"until" bigint NOT NULL,
	"closed" boolean DEFAULT false NOT NULL,
	"block" bigint NOT NULL,
	"role" smallint NOT NULL,
	"licensed_until" bigint NOT NULL,
	"contested" boolean DEFAULT false NOT NULL,
	"statement_hash" "bytea",
	"outcome" smallint DEFAULT 0 NOT NULL,
	"report_hash" "bytea"
);
--> statement-breakpoint
CREATE TABLE "emergency_cards" (
	"lookup" "bytea" PRIMARY KEY NOT NULL,
	"owner" "bytea" NOT NULL,
	"nonce" "bytea" NOT NULL,
	"box" "bytea" NOT NULL,
	CONSTRAINT "emergency_cards_owner_unique" UNIQUE("owner")
);
--> statement-breakpoint
CREATE TABLE "emergency_shares" (
	"shares_hash" "bytea" PRIMARY KEY NOT NULL,
	"patient" "bytea" NOT NULL,
	"compartment" "bytea" NOT NULL,
	"shares" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "emergency_words" (
	"commitment" "bytea" PRIMARY KEY NOT NULL,
	"words" text NOT NULL,
	"salt" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "guardian_shares" (
	"account" "bytea" NOT NULL,
	"guardian" "bytea" NOT NULL,
	"term" integer NOT NULL,
	"share" jsonb NOT NULL,
	CONSTRAINT "guardian_shares_account_term_guardian_pk" PRIMARY KEY("account","term","guardian")
);
--> statement-breakpoint
CREATE TABLE "keystores" (
	"account" "bytea" PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"succession" jsonb,
	"etag" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lookups" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"owner" "bytea" NOT NULL,
	"at" bigint NOT NULL,
	"by" "bytea" NOT NULL,
	"kind" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "patient_numbers" (
	"lookup" "bytea" PRIMARY KEY NOT NULL,
	"patient" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recoveries" (
	"account" "bytea" NOT NULL,
	"recovery" "bytea" NOT NULL,
	"attempt" integer NOT NULL,
	"approvals" jsonb NOT NULL,
	"threshold" smallint NOT NULL,
	"started_at" bigint NOT NULL,
	"ready_at" bigint,
	"state" text NOT NULL,
	CONSTRAINT "recoveries_account_recovery_attempt_pk" PRIMARY KEY("account","recovery","attempt")
);
--> statement-breakpoint
CREATE TABLE "recovery_approvals" (
	"request" "bytea" NOT NULL,
	"guardian" "bytea" NOT NULL,
	"approval" jsonb NOT NULL,
	CONSTRAINT "recovery_approvals_request_guardian_pk" PRIMARY KEY("request","guardian")
);
--> statement-breakpoint
CREATE TABLE "recovery_requests" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"prefix" "bytea" NOT NULL,
	"account" "bytea" NOT NULL,
	"request" jsonb NOT NULL,
	"at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "released_shares" (
	"declaration" bigint NOT NULL,
	"compartment" "bytea" NOT NULL,
	"series" integer NOT NULL,
	"release" jsonb NOT NULL,
	"release_hash" "bytea" NOT NULL,
	CONSTRAINT "released_shares_declaration_compartment_series_pk" PRIMARY KEY("declaration","compartment","series")
);
--> statement-breakpoint
CREATE TABLE "share_releases" (
	"declaration" bigint NOT NULL,
	"compartment" "bytea" NOT NULL,
	"trustee" "bytea" NOT NULL,
	"series" integer NOT NULL,
	"share_hash" "bytea" NOT NULL,
	"at" bigint NOT NULL,
	"block" bigint NOT NULL,
	CONSTRAINT "share_releases_declaration_compartment_trustee_series_pk" PRIMARY KEY("declaration","compartment","trustee","series")
);
--> statement-breakpoint
CREATE TABLE "trustee_sets" (
	"patient" "bytea" NOT NULL,
	"compartment" "bytea" NOT NULL,
	"epoch" integer NOT NULL,
	"series" integer NOT NULL,
	"trustees" jsonb NOT NULL,
	"threshold" smallint NOT NULL,
	"shares_hash" "bytea" NOT NULL,
	CONSTRAINT "trustee_sets_patient_compartment_pk" PRIMARY KEY("patient","compartment")
);
--> statement-breakpoint
CREATE TABLE "unlock_tries" (
	"owner" "bytea" PRIMARY KEY NOT NULL,
	"since" bigint NOT NULL,
	"tries" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "unlock_verifiers" (
	"account" "bytea" NOT NULL,
	"way" "bytea" NOT NULL,
	"verifier" "bytea" NOT NULL,
	CONSTRAINT "unlock_verifiers_account_way_pk" PRIMARY KEY("account","way")
);
--> statement-breakpoint
ALTER TABLE "epochs" ADD COLUMN "block" bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "ended_block" bigint;--> statement-breakpoint
CREATE INDEX "emergencies_patient" ON "emergencies" USING btree ("patient");--> statement-breakpoint
CREATE INDEX "emergencies_member" ON "emergencies" USING btree ("member");--> statement-breakpoint
CREATE INDEX "emergency_shares_patient" ON "emergency_shares" USING btree ("patient","compartment");--> statement-breakpoint
CREATE INDEX "guardian_shares_guardian" ON "guardian_shares" USING btree ("guardian");--> statement-breakpoint
CREATE INDEX "lookups_owner" ON "lookups" USING btree ("owner");--> statement-breakpoint
CREATE INDEX "recovery_requests_prefix" ON "recovery_requests" USING btree ("prefix");--> statement-breakpoint
CREATE INDEX "recovery_requests_account" ON "recovery_requests" USING btree ("account");