-- What patients add themselves is kept by an organisation that did not commit it (R14). So far the one that committed keeps.
ALTER TABLE "batches" ADD COLUMN "keeper" "bytea";--> statement-breakpoint
UPDATE "batches" SET "keeper" = "organisation";--> statement-breakpoint
ALTER TABLE "batches" ALTER COLUMN "keeper" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "leaves" ADD COLUMN "keeper" "bytea";--> statement-breakpoint
UPDATE "leaves" SET "keeper" = "organisation";--> statement-breakpoint
ALTER TABLE "leaves" ALTER COLUMN "keeper" SET NOT NULL;--> statement-breakpoint
CREATE TABLE "own_uploads" (
	"patient" "bytea" NOT NULL,
	"content" "bytea" NOT NULL,
	"bytes" bigint NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "own_uploads_patient_content_pk" PRIMARY KEY("patient","content")
);
