CREATE TABLE "patient_countries" (
	"patient" "bytea" PRIMARY KEY NOT NULL,
	"countries" jsonb NOT NULL,
	"reading_abroad" text NOT NULL,
	"issued_at" bigint NOT NULL,
	"signature" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "copies" (
	"content" "bytea" NOT NULL,
	"holder" "bytea" NOT NULL,
	"state" text NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "copies_content_holder_pk" PRIMARY KEY("content","holder")
);
--> statement-breakpoint
CREATE TABLE "guest_copies" (
	"content" "bytea" PRIMARY KEY NOT NULL,
	"organisation" "bytea" NOT NULL,
	"state" text NOT NULL,
	"bytes" bigint NOT NULL,
	"offered_at" bigint NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"next_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "guest_copies_state" ON "guest_copies" USING btree ("state","next_at");
--> statement-breakpoint
CREATE TABLE "replication_rounds" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"started_at" bigint NOT NULL,
	"finished_at" bigint,
	"after" "bytea" NOT NULL,
	"files" integer DEFAULT 0 NOT NULL,
	"proven" integer DEFAULT 0 NOT NULL,
	"offered" integer DEFAULT 0 NOT NULL,
	"short" integer DEFAULT 0 NOT NULL,
	"confined" integer DEFAULT 0 NOT NULL
);
