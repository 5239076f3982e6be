CREATE TABLE "inboxes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"patient" "bytea" NOT NULL,
	"compartment" "bytea" NOT NULL,
	"since" bigint NOT NULL,
	"ended" bigint
);
--> statement-breakpoint
CREATE UNIQUE INDEX "inboxes_in_force" ON "inboxes" USING btree ("patient") WHERE ended is null;