CREATE TABLE "invitations" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"role" smallint NOT NULL,
	"commitment" "bytea",
	"name" text,
	"expires_at" bigint NOT NULL,
	"account" "bytea",
	"operation" "bytea"
);
--> statement-breakpoint
CREATE TABLE "staff_names" (
	"account" "bytea" PRIMARY KEY NOT NULL,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "asks" (
	"reader" "bytea" NOT NULL,
	"patient" "bytea" NOT NULL,
	"topics" jsonb NOT NULL,
	"purpose" smallint NOT NULL,
	"days" smallint NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "asks_reader_patient_pk" PRIMARY KEY("reader","patient")
);
--> statement-breakpoint
CREATE INDEX "asks_patient" ON "asks" USING btree ("patient");