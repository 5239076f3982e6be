CREATE TABLE "record_grants" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"patient" "bytea" NOT NULL,
	"reader" "bytea" NOT NULL,
	"record" "bytea" NOT NULL,
	"compartment" "bytea" NOT NULL,
	"purposes" integer NOT NULL,
	"ceiling" smallint NOT NULL,
	"from_seconds" bigint NOT NULL,
	"until_seconds" bigint NOT NULL,
	"wrap_hash" "bytea" NOT NULL,
	"since" bigint NOT NULL,
	"ended" bigint
);
--> statement-breakpoint
CREATE INDEX "record_grants_reader" ON "record_grants" USING btree ("reader");--> statement-breakpoint
CREATE UNIQUE INDEX "record_grants_in_force" ON "record_grants" USING btree ("patient","reader","compartment","record") WHERE ended is null;