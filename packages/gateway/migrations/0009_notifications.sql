CREATE TABLE "dead_letters" (
	"webhook" "bytea" NOT NULL,
	"notification" bigint NOT NULL,
	"attempts" integer NOT NULL,
	"last_status" integer,
	"at" bigint NOT NULL,
	"again" boolean DEFAULT false NOT NULL,
	CONSTRAINT "dead_letters_webhook_notification_pk" PRIMARY KEY("webhook","notification")
);
--> statement-breakpoint
CREATE TABLE "notification_heads" (
	"account" "bytea" PRIMARY KEY NOT NULL,
	"last" bigint NOT NULL,
	"forgotten" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"account" "bytea" NOT NULL,
	"id" bigint NOT NULL,
	"kind" text NOT NULL,
	"about" jsonb NOT NULL,
	"at" bigint NOT NULL,
	"told_at" bigint NOT NULL,
	"source" "bytea",
	CONSTRAINT "notifications_account_id_pk" PRIMARY KEY("account","id")
);
--> statement-breakpoint
CREATE TABLE "push_subscriptions" (
	"session" "bytea" PRIMARY KEY NOT NULL,
	"account" "bytea" NOT NULL,
	"endpoint" text NOT NULL,
	"p256dh" text NOT NULL,
	"auth" text NOT NULL,
	"delivered" bigint NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"next_at" bigint NOT NULL,
	"failing_since" bigint
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"account" "bytea" NOT NULL,
	"url" text NOT NULL,
	"kinds" jsonb NOT NULL,
	"created_at" bigint NOT NULL,
	"delivered" bigint NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_status" integer,
	"next_at" bigint NOT NULL,
	"ended" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_source" ON "notifications" USING btree ("account","source");--> statement-breakpoint
CREATE INDEX "notifications_told" ON "notifications" USING btree ("told_at");--> statement-breakpoint
CREATE INDEX "push_subscriptions_account" ON "push_subscriptions" USING btree ("account");--> statement-breakpoint
CREATE INDEX "webhooks_account" ON "webhooks" USING btree ("account","created_at");