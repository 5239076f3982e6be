CREATE TABLE "answers" (
	"batch" "bytea" NOT NULL,
	"record" "bytea" NOT NULL,
	"account" "bytea" NOT NULL,
	"operation" "bytea" NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "answers_batch_record_pk" PRIMARY KEY("batch","record")
);
