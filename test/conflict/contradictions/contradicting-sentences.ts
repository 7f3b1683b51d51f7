/** Whole sentences that contradict each other, in four sets that were written before the rule was tried on them: it took 87 of 110, 91 of 110, 105 of 120 and 80 of 100 then. */
export const contradictingSentences: Readonly<
  Record<string, readonly (readonly [string, string])[]>
> = {
  comparisons: [
    [
      "The new parser of the nightly import job is 2 times faster than the old parser",
      "The old parser of the nightly import job is 3 times slower than the new parser",
    ],
    [
      "Redis in cluster mode is 20% faster than Memcached in the same rack",
      "Memcached in the same rack is 30% slower than Redis in cluster mode",
    ],
  ],
  reviews: [
    [
      "The upload handler validates the MIME type of the file before writing it to the bucket.",
      "The upload handler fails to validate the MIME type of the file before writing it to the bucket.",
    ],
    [
      "The invoices table has an index on customer_id, so the monthly report query is covered.",
      "The invoices table lacks an index on customer_id, so the monthly report query is not covered.",
    ],
    [
      "Password reset tokens are issued with an expiry and can be replayed only briefly.",
      "Password reset tokens are issued without an expiry and can be replayed at any time.",
    ],
    [
      "The payments worker still retries on a connection reset from the acquirer.",
      "The payments worker no longer retries on a connection reset from the acquirer.",
    ],
    [
      "The session cookie is always rotated after a privilege change in the admin console.",
      "The session cookie is never rotated after a privilege change in the admin console.",
    ],
    [
      "Both the staging and the production cluster enforce the network policy for the billing namespace.",
      "Neither the staging nor the production cluster enforces the network policy for the billing namespace.",
    ],
    [
      "The cache is heavily used on the product page, so removing it would hurt page latency.",
      "The cache is hardly used on the product page, so removing it would not hurt page latency.",
    ],
    [
      "The CSV export is accessible to users with the viewer role through the direct URL.",
      "The CSV export isn't accessible to users with the viewer role through the direct URL.",
    ],
    [
      "The migration can be rolled back once the legacy_address column has been dropped.",
      "The migration cannot be rolled back once the legacy_address column has been dropped.",
    ],
    [
      "The gateway accepts requests whose JWT carries an `alg` of none.",
      "The gateway refuses requests whose JWT carries an `alg` of none.",
    ],
    [
      "The privacy notice goes as far as naming the sub-processors that receive telemetry from EU customers.",
      "The privacy notice stops short of naming the sub-processors that receive telemetry from EU customers.",
    ],
    [
      "The scheduler lock prevents two nodes from running the nightly settlement job at once.",
      "The scheduler lock does nothing to prevent two nodes from running the nightly settlement job at once.",
    ],
    [
      "There is evidence in the logs that the attacker read rows from the customers table.",
      "There is no evidence in the logs that the attacker read rows from the customers table.",
    ],
    [
      "The new checkout flow handles an expired card during the 3-D Secure redirect.",
      "The new checkout flow omits handling of an expired card during the 3-D Secure redirect.",
    ],
    [
      "Calling close() on the pool twice is safe because the second call returns early.",
      "Calling close() on the pool twice is unsafe because the second call frees the handles again.",
    ],
    [
      "HTTP/2 is enabled on the edge load balancer, so multiplexing works for the asset domain.",
      "HTTP/2 is disabled on the edge load balancer, so multiplexing does not work for the asset domain.",
    ],
    [
      "Increase the Kafka consumer batch size to bring down the lag on the orders topic.",
      "Decrease the Kafka consumer batch size to bring down the lag on the orders topic.",
    ],
    [
      "The audit entry is written before the transaction commits, so a rollback leaves a false record.",
      "The audit entry is written after the transaction commits, so a rollback leaves no false record.",
    ],
    [
      "Error rate on the search endpoint stayed below the SLO threshold during the canary.",
      "Error rate on the search endpoint rose above the SLO threshold during the canary.",
    ],
    [
      "Thumbnail generation should be synchronous so the upload response already contains the preview URL.",
      "Thumbnail generation should be asynchronous so the upload response need not wait for the preview URL.",
    ],
    [
      "Make the `currency` field required in the POST /quotes request body.",
      "Make the `currency` field optional in the POST /quotes request body.",
    ],
    [
      "The bucket policy allows anonymous GetObject on the exports prefix.",
      "The bucket policy denies anonymous GetObject on the exports prefix.",
    ],
    [
      "I approve release 4.12 given the open regression in the refund screen.",
      "I reject release 4.12 given the open regression in the refund screen.",
    ],
    [
      "Keep the deprecated v1 webhook signature until the partner integrations have been audited.",
      "Remove the deprecated v1 webhook signature even before the partner integrations have been audited.",
    ],
    [
      "Merge the user_profile and user_settings tables, since they are always read together.",
      "Split the user_profile and user_settings tables further, even though they are always read together.",
    ],
    [
      "The ORM mapping loads order lines eagerly, which inflates memory on the list view.",
      "The ORM mapping loads order lines lazily, which causes N+1 queries on the list view.",
    ],
    [
      "The RDS instance sits in a public subnet with port 5432 open to the VPN range.",
      "The RDS instance sits in a private subnet with port 5432 open to the VPN range.",
    ],
    [
      "On a conflict the sync engine keeps the first write and discards the later edit.",
      "On a conflict the sync engine keeps the last write and discards the earlier edit.",
    ],
    [
      "PUT /subscriptions/{id} is idempotent, so clients can safely retry on timeout.",
      "PUT /subscriptions/{id} is not idempotent, so clients cannot safely retry on timeout.",
    ],
    [
      "The protobuf change is backward compatible but old servers will drop the new field.",
      "The protobuf change is backward incompatible and old servers will reject the new field.",
    ],
    [
      "The Avro schema for the shipment event should be evolved with forward compatibility enforced.",
      "The Avro schema for the shipment event should be evolved with backward compatibility enforced.",
    ],
    [
      "The Money value object is immutable, so sharing it between line items is fine.",
      "The Money value object is mutable, so sharing it between line items is a bug waiting to happen.",
    ],
    [
      "The recommendation service is stateless, so rolling restarts do not affect active users.",
      "The recommendation service is stateful, so rolling restarts affect active users.",
    ],
    [
      "The activity feed returns entries in ascending order of created_at when no sort parameter is given.",
      "The activity feed returns entries in descending order of created_at when no sort parameter is given.",
    ],
    [
      "The matching algorithm is deterministic given a fixed seed, so the A/B assignment can be reproduced.",
      "The matching algorithm is nondeterministic even given a fixed seed, so the A/B assignment can't be reproduced.",
    ],
    [
      "Run the image resize step on the client to keep the upload small.",
      "Run the image resize step on the server and do not try to keep the upload small.",
    ],
    [
      "Scale the websocket tier horizontally to survive the spring sale traffic.",
      "Scale the websocket tier vertically to survive the spring sale traffic.",
    ],
    [
      "The feature flag fails open when the config service is unreachable, exposing the beta to everyone.",
      "The feature flag fails closed when the config service is unreachable, hiding the beta from everyone.",
    ],
    [
      "Normalize the product attributes into their own table to keep the catalog queries simple.",
      "Denormalize the product attributes into the main table to keep the catalog queries simple.",
    ],
    [
      "Set the upstream read timeout in nginx to 30 s so slow report requests are cut off.",
      "Set the upstream read timeout in nginx to 300 s so slow report requests are cut off.",
    ],
    [
      "Start the canary at 5% of traffic and watch the checkout conversion for an hour.",
      "Start the canary at 50% of traffic and watch the checkout conversion for an hour.",
    ],
    [
      "The indexer pod needs a memory limit of 512 MB to get through a full rebuild.",
      "The indexer pod needs a memory limit of 2 GB to get through a full rebuild.",
    ],
    [
      "Logging at debug level costs about $3 per host per day in ingestion fees.",
      "Logging at debug level costs about $30 per host per day in ingestion fees.",
    ],
    [
      "The health check probes the container on port 80 and marks it unhealthy after two misses.",
      "The health check probes the container on port 8080 and marks it unhealthy after two misses.",
    ],
    [
      "The latency SLO for the search API should be defined on p95 over a rolling week.",
      "The latency SLO for the search API should be defined on p99 over a rolling week.",
    ],
    [
      "Run etcd with 3 replicas spread over the availability zones.",
      "Run etcd with 5 replicas spread over the availability zones.",
    ],
    [
      "The TLS certificate for api.partner.example expires on 14 March and has no renewal job.",
      "The TLS certificate for api.partner.example expires on 14 May and has no renewal job.",
    ],
    [
      "Move the vacuum job to 02:00 UTC, when write traffic on the ledger is lowest.",
      "Move the vacuum job to 14:00 UTC, when write traffic on the ledger is lowest.",
    ],
    [
      "Pin OpenSSL to 3.0.13, because the build image breaks on anything newer.",
      "Pin OpenSSL to 3.2.1, because the build image breaks on anything older.",
    ],
    [
      "Argon2 is configured with a cost of two iterations, which is enough for the login throughput target.",
      "Argon2 is configured with a cost of ten iterations, which is enough for the login throughput target.",
    ],
    [
      "GDPR access requests must be answered within 30 days according to the draft policy.",
      "GDPR access requests must be answered within 90 days according to the draft policy.",
    ],
    [
      "Model accuracy on the holdout set dropped from 0.91 to 0.88 after the feature was removed.",
      "Model accuracy on the holdout set dropped from 0.91 to 0.68 after the feature was removed.",
    ],
    [
      "The bundle for the landing page grew by 40 KB after adding the date picker.",
      "The bundle for the landing page grew by 400 KB after adding the date picker.",
    ],
    [
      "Limit login attempts to 5 per minute per IP address at the gateway.",
      "Limit login attempts to 5 per hour per IP address at the gateway.",
    ],
    [
      "The image is affected by CVE-2023-44487 and should be rebuilt on the patched base.",
      "The image is affected by CVE-2023-4863 and should be rebuilt on the patched base.",
    ],
    [
      "The hard-coded Stripe key is in config/payments.yml and has to be revoked.",
      "The hard-coded Stripe key is in config/webhooks.yml and has to be revoked.",
    ],
    [
      "The off-by-one error that drops the final page is in `nextCursor()`.",
      "The off-by-one error that drops the final page is in `buildPage()`.",
    ],
    [
      "Add the foreign key with ON DELETE CASCADE on the order_items table.",
      "Add the foreign key with ON DELETE CASCADE on the order_events table.",
    ],
    [
      "Lower `max_connections` on the primary to stop the memory pressure at peak.",
      "Lower `work_mem` on the primary to stop the memory pressure at peak.",
    ],
    [
      "Use Redis for the session store so that the web nodes can be replaced at will.",
      "Use Memcached for the session store so that the web nodes can be replaced at will.",
    ],
    [
      "Put the disaster recovery replica in eu-west-1 to meet the data residency clause.",
      "Put the disaster recovery replica in eu-central-1 to meet the data residency clause.",
    ],
    [
      "Return 409 when the client submits an order with a stale version number.",
      "Return 412 when the client submits an order with a stale version number.",
    ],
    [
      "Cut the hotfix from release/2.8 and tag it once the smoke tests pass.",
      "Cut the hotfix from main and tag it once the smoke tests pass.",
    ],
    [
      "Extend the offer to Priya, since her system design interview was the strongest of the loop.",
      "Extend the offer to Marcus, since his system design interview was the strongest of the loop.",
    ],
    [
      "Ship the SDK under the MIT licence so that customers can embed it in closed products.",
      "Ship the SDK under the LGPL licence so that customers can embed it in closed products.",
    ],
    [
      "Partition the events table by tenant_id to keep the hot partitions small.",
      "Partition the events table by occurred_at to keep the hot partitions small.",
    ],
    [
      "Page the platform team when the dead-letter queue on the mailer is non-empty.",
      "Page the growth team when the dead-letter queue on the mailer is non-empty.",
    ],
    [
      "Deploy the schema migration before the application so the new column exists on first read.",
      "Deploy the application before the schema migration and let the code tolerate the missing column on first read.",
    ],
    [
      "Move the fraud rules from the monolith to the risk service over the next two sprints.",
      "Move the fraud rules from the risk service to the monolith over the next two sprints.",
    ],
    [
      "The circular import exists because the billing module depends on the accounts module at load time.",
      "The circular import exists because the accounts module depends on the billing module at load time.",
    ],
    [
      "Replication lags because the reader in Oregon pulls changes from the writer in Virginia.",
      "Replication lags because the reader in Virginia pulls changes from the writer in Oregon.",
    ],
    [
      "Sanitize the comment body and then render the Markdown, so injected tags are gone by the time it is displayed.",
      "Render the Markdown and then sanitize the comment body, so injected tags are gone by the time it is displayed.",
    ],
    [
      "Replace Webpack with Vite in the admin app to shorten the cold build.",
      "Replace Vite with Webpack in the admin app to shorten the cold build.",
    ],
    [
      "In the conflict between the MSA and the order form, the MSA prevails over the order form.",
      "In the conflict between the MSA and the order form, the order form prevails over the MSA.",
    ],
    [
      "Every endpoint under /internal checks the caller's service token.",
      "Only some endpoints under /internal check the caller's service token.",
    ],
    [
      "All of the flaky tests in the cart suite come from shared fixtures.",
      "Few of the flaky tests in the cart suite come from shared fixtures.",
    ],
    [
      "Most customers on the legacy plan would be affected by the new rate limit.",
      "Almost no customers on the legacy plan would be affected by the new rate limit.",
    ],
    [
      "The race on the inventory counter happens only under concurrent checkouts of the same SKU.",
      "The race on the inventory counter happens even without concurrent checkouts of the same SKU.",
    ],
    [
      "At least two reviewers have to sign off on a change to the IAM policies.",
      "At most two reviewers have to sign off on a change to the IAM policies.",
    ],
    [
      "The rollout must proceed while the replica is catching up.",
      "The rollout must not proceed while the replica is catching up.",
    ],
    [
      "We should store the raw card BIN next to the payment token for analytics.",
      "We should not store the raw card BIN next to the payment token for analytics.",
    ],
    [
      "Recruiters may see the self-declared disability answer during the screening stage.",
      "Recruiters may not see the self-declared disability answer during the screening stage.",
    ],
    [
      "Clients need to send the X-Request-Id header on batch calls.",
      "Clients need not send the X-Request-Id header on batch calls.",
    ],
    [
      "A second approval is mandatory for changes to the tax calculation rules.",
      "A second approval is merely advisable for changes to the tax calculation rules.",
    ],
    [
      "The hash join plan is faster than the nested loop for the settlement report at current volumes.",
      "The hash join plan is slower than the nested loop for the settlement report at current volumes.",
    ],
    [
      "The Brotli-compressed stylesheet is larger than the gzip one on the marketing site.",
      "The Brotli-compressed stylesheet is smaller than the gzip one on the marketing site.",
    ],
    [
      "Spot instances turn out cheaper than reserved ones for the nightly training run once interruptions are counted.",
      "Spot instances turn out more expensive than reserved ones for the nightly training run once interruptions are counted.",
    ],
    [
      "The gradient boosting model outperforms the logistic baseline on the churn holdout.",
      "The gradient boosting model underperforms the logistic baseline on the churn holdout.",
    ],
    [
      "Completion of onboarding improved after the address step was moved to the end.",
      "Completion of onboarding got worse after the address step was moved to the end.",
    ],
    [
      "The out-of-memory kills on the API pods are caused by an unbounded in-process cache.",
      "The out-of-memory kills on the API pods are caused by a leak in the image decoder.",
    ],
    [
      "The checkout outage on Tuesday was triggered by an expired intermediate certificate.",
      "The checkout outage on Tuesday was triggered by a bad DNS change.",
    ],
    [
      "The deadlock on transfers comes from inconsistent lock ordering between accounts.",
      "The deadlock on transfers comes from a missing index that escalates row locks on accounts.",
    ],
    [
      "Severity high: the debug endpoint discloses environment variables to authenticated users.",
      "Severity low: the debug endpoint discloses environment variables to authenticated users.",
    ],
    [
      "The missing rate limit on the OTP endpoint is a blocker for the release.",
      "The missing rate limit on the OTP endpoint is a minor issue for the release.",
    ],
    [
      "The contrast problem on the disabled buttons is critical and has to be fixed this sprint.",
      "The contrast problem on the disabled buttons is cosmetic and can wait past this sprint.",
    ],
    [
      "The open redirect in the login callback is exploitable as shipped.",
      "The open redirect in the login callback is purely theoretical as shipped.",
    ],
    [
      "Go ahead with the Thursday launch despite the unresolved load test failures.",
      "Postpone the Thursday launch because of the unresolved load test failures.",
    ],
    [
      "Build the feature flag system in house rather than buying LaunchDarkly.",
      "Buy LaunchDarkly rather than building the feature flag system in house.",
    ],
    [
      "The data processing agreement covers transfers of support tickets to the US team.",
      "The data processing agreement excludes transfers of support tickets to the US team.",
    ],
    [
      "Timestamps in the audit log are stored in UTC, so the daily rollup is right.",
      "Timestamps in the audit log are stored in local time, so the daily rollup is wrong.",
    ],
    [
      "User-supplied filters reach the SQL string through bound parameters in ReportBuilder.",
      "User-supplied filters reach the SQL string through plain concatenation in ReportBuilder.",
    ],
    [
      "The token bucket is shared across gateway nodes, so the limit holds globally.",
      "The token bucket is local to each gateway node, so the limit does not hold globally.",
    ],
    [
      "Soft-delete the customer record on an erasure request and keep the row for accounting.",
      "Hard-delete the customer record on an erasure request, including the row kept for accounting.",
    ],
    [
      "Pagination on the transactions endpoint should use cursors because the data set changes under the reader.",
      "Pagination on the transactions endpoint should use offsets even though the data set changes under the reader.",
    ],
    [
      "The vendor contract renews automatically unless notice is given 60 days ahead.",
      "The vendor contract lapses automatically unless notice is given 60 days ahead.",
    ],
  ],
  advice: [
    [
      "Yes, the webhook endpoint is safe to expose publicly.",
      "No, the webhook endpoint is not safe to expose publicly.",
    ],
    [
      "Approve the pull request; the remaining comments are cosmetic.",
      "Hold the pull request back; the remaining comments are not cosmetic.",
    ],
    [
      "Buy more of the bond fund before the rate decision.",
      "Sell the bond fund before the rate decision.",
    ],
    [
      "Ship the checkout redesign now and fix the copy afterwards.",
      "Fix the copy first and ship the checkout redesign afterwards.",
    ],
    [
      "Put a cold compress on the ankle for twenty minutes.",
      "Put a warm compress on the ankle for twenty minutes.",
    ],
    ["The clause is enforceable in Germany.", "The clause is hardly enforceable in Germany."],
    [
      "Store the session token in a cookie instead of local storage.",
      "Store the session token in local storage instead of a cookie.",
    ],
    [
      "Fly into Porto rather than Lisbon, the connection is easier.",
      "Fly into Lisbon rather than Porto, the connection is easier.",
    ],
    [
      "Restart the node if the queue has drained.",
      "Restart the node unless the queue has drained.",
    ],
    [
      "Take the second tablet only if the pain comes back.",
      "Take the second tablet even if the pain does not come back.",
    ],
    [
      "We need more replicas to get through Black Friday.",
      "We need fewer replicas to get through Black Friday.",
    ],
    ["Keep at least 5 connections open per worker.", "Keep at most 5 connections open per worker."],
    ["Run the schema migration before the deploy.", "Run the schema migration after the deploy."],
    [
      "Leave for the airport earlier than planned, roadworks on the A5.",
      "Leave for the airport later than planned, roadworks on the A5 are over.",
    ],
    [
      "Sort the invoices by due date ascending so the oldest is on top.",
      "Sort the invoices by due date descending so the newest is on top.",
    ],
    [
      "The upper bound in the range check is inclusive, so 100 is allowed.",
      "The upper bound in the range check is exclusive, so 100 is rejected.",
    ],
    [
      "The label should sit to the left of the checkbox.",
      "The label should sit to the right of the checkbox.",
    ],
    [
      "Marketing emails have to be opt-in for EU customers.",
      "Marketing emails can be opt-out for EU customers.",
    ],
    [
      "Validate the coupon code on the client, the server can trust it.",
      "Validate the coupon code on the server, the client can't be trusted.",
    ],
    [
      "Give the reporting job read access to the ledger table.",
      "Give the reporting job write access to the ledger table.",
    ],
    [
      "This API is for internal use, don't document it publicly.",
      "This API is for external use, document it publicly.",
    ],
    [
      "The duplicate rows are introduced upstream of the dedup step.",
      "The duplicate rows are introduced downstream of the dedup step.",
    ],
    ["Send the dashboard queries to the primary.", "Send the dashboard queries to the replica."],
    ["Set the retry limit to 3.", "Set the retry limit to 8."],
    [
      "The lease can be terminated with notice given by 31 March 2025.",
      "The lease can be terminated with notice given by 30 June 2025.",
    ],
    [
      "Schedule the maintenance window for Tuesday night.",
      "Schedule the maintenance window for Thursday night.",
    ],
    ["Budget about €1,200 for the week in Kyoto.", "Budget about €12,000 for the week in Kyoto."],
    ["The new index cuts p95 latency by 40%.", "The new index cuts p95 latency by 4%."],
    [
      "Upgrade to OpenSSL 3.0.13, that is the first fixed version.",
      "Upgrade to OpenSSL 3.0.14, that is the first fixed version.",
    ],
    [
      "The leak starts at the second call to open().",
      "The leak starts at the third call to open().",
    ],
    [
      "A fasting glucose of 70 to 99 mg/dL is normal for this patient.",
      "A fasting glucose of 70 to 139 mg/dL is normal for this patient.",
    ],
    [
      "The hard-coded secret is in config/prod.yaml.",
      "The hard-coded secret is in config/dev.yaml.",
    ],
    [
      "The off-by-one error is on line 214 of parser.c.",
      "The off-by-one error is on line 241 of parser.c.",
    ],
    ["Most of the time is spent in parseHeader().", "Most of the time is spent in parseBody()."],
    ["This build is exposed to CVE-2021-44228.", "This build is exposed to CVE-2021-45046."],
    ["Close this as a duplicate of PAY-1182.", "Close this as a duplicate of PAY-1128."],
    ["Ask Priya to sign off on the rollout.", "Ask Marcus to sign off on the rollout."],
    ["Use Terraform for the network layer.", "Use Pulumi for the network layer."],
    [
      "The contract is governed by the laws of Delaware.",
      "The contract is governed by the laws of California.",
    ],
    [
      "The outage was caused by an expired TLS certificate on the load balancer.",
      "The outage was caused by a full disk on the load balancer.",
    ],
    [
      "Use quicksort here, the input fits in memory.",
      "Use merge sort here, the input fits in memory.",
    ],
    ["I'd rate the SSRF finding critical.", "I'd rate the SSRF finding low."],
    ["The empty page after logout is a bug.", "The empty page after logout works as intended."],
    [
      "The scanner hit in vendor/lodash is a true positive.",
      "The scanner hit in vendor/lodash is a false positive.",
    ],
    [
      "Dropping the column is reversible, we keep a snapshot for a month.",
      "Dropping the column is irreversible, we keep no snapshot.",
    ],
    ["The refund path is covered by tests.", "The refund path is untested."],
    [
      "The event listener leaks memory every time the modal opens.",
      "The event listener doesn't leak memory when the modal opens.",
    ],
    ["The failure in test_sync is deterministic.", "The failure in test_sync is flaky."],
    ["All of the images have alt text.", "Not all of the images have alt text."],
    [
      "Every form field is reachable by keyboard.",
      "Every form field except the date picker is reachable by keyboard.",
    ],
    ["The patient can wait until the morning.", "The patient can't wait until the morning."],
    [
      "I think we should refactor the billing module this quarter.",
      "I don't think we should refactor the billing module this quarter.",
    ],
    [
      "It's likely that the regulator will object.",
      "It's unlikely that the regulator will object.",
    ],
    [
      "Nothing stops an anonymous user from listing the bucket.",
      "The policy stops an anonymous user from listing the bucket.",
    ],
    [
      "There is enough contrast between the button text and the background.",
      "There is too little contrast between the button text and the background.",
    ],
    ["The parser fails to reject oversized payloads.", "The parser rejects oversized payloads."],
    ["Without the cache, the page loads faster.", "With the cache, the page loads faster."],
    ["Neither of the two backups can be restored.", "Both backups can be restored."],
    [
      "The landlord has to pay for the boiler repair, the tenant doesn't.",
      "The tenant has to pay for the boiler repair, the landlord doesn't.",
    ],
    [
      "Service A waits for the lock held by service B.",
      "Service B waits for the lock held by service A.",
    ],
    [
      "Postgres is faster than MySQL for this query mix.",
      "MySQL is faster than Postgres for this query mix.",
    ],
    [
      "Move the money from savings to the brokerage account.",
      "Move the money from the brokerage account to savings.",
    ],
    ["The slow query causes the lock contention.", "The lock contention causes the slow query."],
    [
      "Replace moment with dayjs in the booking widget.",
      "Replace dayjs with moment in the booking widget.",
    ],
    ["Increase the heap size to 4 GB.", "Decrease the heap size to 4 GB."],
    ["Enable autocommit for the bulk loader.", "Disable autocommit for the bulk loader."],
    [
      "Keep the feature flag until the next release.",
      "Remove the feature flag before the next release.",
    ],
    [
      "Scale up to two bigger machines instead of adding small ones.",
      "Add small machines instead of scaling up to two bigger ones.",
    ],
    [
      "Allow traffic from 10.0.0.0/8 and deny everything else.",
      "Deny traffic from 10.0.0.0/8 and allow everything else.",
    ],
    ["Encrypt first, then compress.", "Compress first, then encrypt."],
    ["Set the timeout to 30 seconds.", "Set the timeout to 30 minutes."],
    ["Take one tablet twice a day with food.", "Take one tablet once a day with food."],
    ["Take ibuprofen on a full stomach.", "Take ibuprofen on an empty stomach."],
    ["This rash needs a doctor today.", "This rash needs no doctor today."],
    [
      "Call an ambulance right away for the chest pain.",
      "There's no need to call an ambulance right away for the chest pain.",
    ],
    [
      "Elevated potassium is the reason to stop the medication.",
      "Low potassium is the reason to stop the medication.",
    ],
    [
      "The portfolio should be overweight in energy.",
      "The portfolio should be underweight in energy.",
    ],
    ["Expect gross margin to rise next quarter.", "Expect gross margin to fall next quarter."],
    ["Revenue of $4.2 million beats the forecast.", "Revenue of $4.2 million misses the forecast."],
    [
      "The startup is worth $30 million at this growth rate.",
      "The startup is worth $30 billion at this growth rate.",
    ],
    ["Go long on the yen.", "Go short on the yen."],
    ["Refinance at a fixed rate.", "Refinance at a variable rate."],
    ["The expense is tax deductible.", "The expense is non-deductible for tax."],
    ["A silent consent is valid under the GDPR.", "A silent consent is invalid under the GDPR."],
    [
      "Signing the NDA is optional for contractors.",
      "Signing the NDA is mandatory for contractors.",
    ],
    [
      "The limitation period is over, so the claim is time-barred.",
      "The limitation period is still running, so the claim is not time-barred.",
    ],
    ["In May the rainy season hasn't started yet.", "In May the rainy season has already started."],
    ["Take the train, it's cheaper than the bus.", "Take the bus, it's cheaper than the train."],
    ["You need a visa for a stay under 90 days.", "You need no visa for a stay under 90 days."],
    ["Check-in closes at 6:15 am.", "Check-in closes at 6:15 pm."],
    ["Stay in the old town north of the river.", "Stay in the old town south of the river."],
    ["Book the refundable fare.", "Book the non-refundable fare."],
    [
      "Page the on-call engineer as soon as the error rate goes above 2%.",
      "Page the on-call engineer as soon as the error rate goes below 2%.",
    ],
    ["Roll back to build 4471.", "Roll forward to build 4471."],
    ["The health check should fail closed.", "The health check should fail open."],
    [
      "Retries are safe here because the endpoint is idempotent.",
      "Retries are dangerous here because the endpoint isn't idempotent.",
    ],
    [
      "Prioritise onboarding over the admin console.",
      "Prioritise the admin console over onboarding.",
    ],
    [
      "The drop in sign-ups is statistically significant.",
      "The drop in sign-ups is statistically insignificant.",
    ],
    ["Charge per seat, not per project.", "Charge per project, not per seat."],
    [
      'Hide the decorative icon from screen readers with aria-hidden="true".',
      'Expose the decorative icon to screen readers with aria-hidden="false".',
    ],
    [
      "Screen reader users never hear the error message.",
      "Screen reader users always hear the error message.",
    ],
    ["Partition the events table by day.", "Partition the events table by customer."],
    [
      "Use a left join so that customers without orders are kept.",
      "Use an inner join so that customers without orders are dropped.",
    ],
    ["The nightly load should be synchronous.", "The nightly load should be asynchronous."],
    [
      "Aggregate the sensor readings with the minimum per hour.",
      "Aggregate the sensor readings with the maximum per hour.",
    ],
    [
      "Ship the hotfix now, even though QA is not finished.",
      "Wait with the hotfix, because QA is not finished.",
    ],
    [
      "The focus order is correct on desktop but broken on mobile.",
      "The focus order is broken on desktop but correct on mobile.",
    ],
  ],
  professions: [
    [
      "The login endpoint does not validate the redirect URL.",
      "The login endpoint validates the redirect URL.",
    ],
    [
      "Retrying the payment call is safe because the handler is idempotent.",
      "Retrying the payment call is unsafe because the handler is not idempotent.",
    ],
    [
      "The migration can be rolled back without downtime.",
      "The migration cannot be rolled back without downtime.",
    ],
    [
      "There is no evidence of data exfiltration in last week's proxy logs.",
      "There is evidence of data exfiltration in last week's proxy logs.",
    ],
    [
      "The contractor is entitled to severance under clause 14.",
      "The contractor isn't entitled to severance under clause 14.",
    ],
    [
      "Nothing in the lease prevents subletting the second floor.",
      "A clause in the lease prevents subletting the second floor.",
    ],
    [
      "Neither replica has caught up with the primary.",
      "Both replicas have caught up with the primary.",
    ],
    [
      "Patient denies chest pain on exertion; no further cardiac work-up today.",
      "Patient reports chest pain on exertion; no further cardiac work-up today.",
    ],
    [
      "The nightly job fails to release its advisory lock.",
      "The nightly job releases its advisory lock.",
    ],
    [
      "The month-end pack lacks a reconciliation to the general ledger.",
      "The month-end pack includes a reconciliation to the general ledger.",
    ],
    [
      "It is unlikely that the memory growth comes from the image resizer.",
      "It is likely that the memory growth comes from the image resizer.",
    ],
    [
      "Token expiry is hardly ever checked in the admin API.",
      "Token expiry is always checked in the admin API.",
    ],
    [
      "The quiz counts toward the final grade, so it must be proctored.",
      "The quiz doesn't count toward the final grade, so it needn't be proctored.",
    ],
    [
      "I no longer think the index on orders.created_at is needed.",
      "I still think the index on orders.created_at is needed.",
    ],
    [
      "The supplier ceased to hold ISO 13485 certification last year.",
      "The supplier continued to hold ISO 13485 certification last year.",
    ],
    [
      "User input reaches the shell command unescaped.",
      "User input reaches the shell command escaped.",
    ],
    [
      "Hire two more line operators before the autumn peak.",
      "Dismiss two line operators before the autumn peak.",
    ],
    [
      "The Lyon support desk is understaffed on weekends.",
      "The Lyon support desk is overstaffed on weekends.",
    ],
    [
      "The dollar exposure on the Q3 payables is fully hedged.",
      "The dollar exposure on the Q3 payables is unhedged.",
    ],
    [
      "The relocation allowance is taxable in the employee's hands.",
      "The relocation allowance is exempt in the employee's hands.",
    ],
    [
      "On these figures the subsidiary remains solvent.",
      "On these figures the subsidiary is insolvent.",
    ],
    [
      "The swab tray was contaminated when the pack was opened.",
      "The swab tray was sterile when the pack was opened.",
    ],
    [
      "The term sheet is binding once both sides sign.",
      "The term sheet is non-binding even once both sides sign.",
    ],
    [
      "The burden of proof here rests with the plaintiff.",
      "The burden of proof here rests with the defendant.",
    ],
    [
      "Subscription revenue went up 4% while ad revenue was flat.",
      "Subscription revenue went down 4% while ad revenue was flat.",
    ],
    [
      "Tighten the tolerance on the bearing seat; scrap is coming from there.",
      "Loosen the tolerance on the bearing seat; scrap is coming from there.",
    ],
    [
      "The hotel's breakfast granola is gluten-free.",
      "The hotel's breakfast granola contains gluten.",
    ],
    [
      "The loss surface is convex in the bid parameter, so gradient descent will do.",
      "The loss surface is concave in the bid parameter, so gradient descent will do.",
    ],
    [
      "Wire the two sensors in series with the relay coil.",
      "Wire the two sensors in parallel with the relay coil.",
    ],
    [
      "The biopsy came back benign and the margins are clear.",
      "The biopsy came back malignant and the margins are clear.",
    ],
    ["Make the avatar bucket private.", "Make the avatar bucket public."],
    [
      "Capitalise the cloud migration costs this year.",
      "Expense the cloud migration costs this year.",
    ],
    [
      "The orders schema should be normalised before we add the returns flow.",
      "The orders schema should be denormalised before we add the returns flow.",
    ],
    [
      "Renew the Heathrow lounge contract when it lapses.",
      "Terminate the Heathrow lounge contract when it lapses.",
    ],
    [
      "The new endpoint is synchronous, which explains the thread pool usage.",
      "The new endpoint is asynchronous, which explains the thread pool usage.",
    ],
    [
      "Adding optional fields to the response is backward compatible.",
      "Adding optional fields to the response is a breaking change.",
    ],
    [
      "This fare is refundable up to the day of departure.",
      "This fare is nonrefundable up to the day of departure.",
    ],
    [
      "The board should accept the revised offer from Hartwell.",
      "The board should reject the revised offer from Hartwell.",
    ],
    [
      "The lesson sequence is too shallow for the advanced group.",
      "The lesson sequence is too demanding for the advanced group.",
    ],
    [
      "The patient is hypokalaemic after three days on the diuretic.",
      "The patient is hyperkalaemic after three days on the diuretic.",
    ],
    [
      "Thumbnails should be loaded lazily on the catalogue page.",
      "Thumbnails should be loaded eagerly on the catalogue page.",
    ],
    [
      "Make session_id mandatory in the tracking payload.",
      "Make session_id optional in the tracking payload.",
    ],
    [
      "The Config object is mutable after startup.",
      "The Config object is immutable after startup.",
    ],
    [
      "Set the connection pool size to 20 per instance.",
      "Set the connection pool size to 200 per instance.",
    ],
    [
      "The batch importer drops 3 of every 1,000 rows.",
      "The batch importer drops 30 of every 1,000 rows.",
    ],
    [
      "Budget four thousand euros for the offsite.",
      "Budget fourteen thousand euros for the offsite.",
    ],
    [
      "The response carries a 401 when the API key has been revoked.",
      "The response carries a 403 when the API key has been revoked.",
    ],
    [
      "The break clause is triggered after the third missed payment.",
      "The break clause is triggered after the second missed payment.",
    ],
    [
      "Gross margin slipped from 41.2% to 39.8% over the quarter.",
      "Gross margin slipped from 41.2% to 38.9% over the quarter.",
    ],
    [
      "Upgrade to Postgres 15; the vacuum fix landed there.",
      "Upgrade to Postgres 16; the vacuum fix landed there.",
    ],
    ["Off-by-one on line 88 of the paginator.", "Off-by-one on line 188 of the paginator."],
    [
      "Half of the respondents preferred the shorter onboarding.",
      "A third of the respondents preferred the shorter onboarding.",
    ],
    ["Give 5 mg of bisoprolol in the morning.", "Give 5 g of bisoprolol in the morning."],
    ["Lower the upstream timeout to 30 s.", "Lower the upstream timeout to 30 ms."],
    ["Container memory limit should be 512 MiB.", "Container memory limit should be 512 GiB."],
    ["The retainer is 1,800 USD per month.", "The retainer is 1,800 EUR per month."],
    ["Torque the flange bolts to 45 Nm.", "Torque the flange bolts to 45 ft-lb."],
    ["Rotate the signing keys every 90 days.", "Rotate the signing keys every 90 hours."],
    ["File the VAT return by 7 May.", "File the VAT return by 7 June."],
    [
      "The outage began at 02:10 UTC, right after the deploy.",
      "The outage began at 12:10 UTC, right after the deploy.",
    ],
    [
      "Run the reindex on Sunday night when traffic is lowest.",
      "Run the reindex on Tuesday night when traffic is lowest.",
    ],
    ["The non-compete expires at the end of 2026.", "The non-compete expires at the end of 2027."],
    ["Take the tablet in the evening, with food.", "Take the tablet in the morning, with food."],
    [
      "Launch the loyalty programme in Q2 rather than rushing it.",
      "Launch the loyalty programme in Q4 rather than rushing it.",
    ],
    ["The certificate expired yesterday.", "The certificate expires tomorrow."],
    [
      "Drain the node before upgrading the kubelet.",
      "Upgrade the kubelet before draining the node.",
    ],
    [
      "Deduplicate the events, then join them to the customer dimension.",
      "Join the events to the customer dimension, then deduplicate them.",
    ],
    [
      "The webhook is acknowledged after the row has been committed.",
      "The webhook is acknowledged before the row has been committed.",
    ],
    [
      "Anneal the brackets first and drill them afterwards.",
      "Drill the brackets first and anneal them afterwards.",
    ],
    [
      "Get legal sign-off prior to announcing the redundancies.",
      "Get legal sign-off following the announcement of the redundancies.",
    ],
    [
      "Introduce fractions only once decimals have been covered.",
      "Introduce decimals only once fractions have been covered.",
    ],
    [
      "Parquet scans faster than Avro for this workload.",
      "Avro scans faster than Parquet for this workload.",
    ],
    [
      "The train via Basel is cheaper than flying to Milan.",
      "Flying to Milan is cheaper than the train via Basel.",
    ],
    [
      "Email brought in more trials than paid social last month.",
      "Email brought in fewer trials than paid social last month.",
    ],
    [
      "Warfarin carries a higher bleeding risk here than apixaban.",
      "Warfarin carries a lower bleeding risk here than apixaban.",
    ],
    [
      "Churn in the enterprise tier exceeds churn in the starter tier.",
      "Churn in the starter tier exceeds churn in the enterprise tier.",
    ],
    [
      "Prefer cursor pagination over offset pagination for /events.",
      "Prefer offset pagination over cursor pagination for /events.",
    ],
    [
      "Use a lease instead of a purchase for the second press.",
      "Use a purchase instead of a lease for the second press.",
    ],
    [
      "I'd rather add a PATCH endpoint than overload PUT.",
      "I'd rather overload PUT than add a PATCH endpoint.",
    ],
    [
      "Arbitration is a better route than litigation for this dispute.",
      "Litigation is a better route than arbitration for this dispute.",
    ],
    [
      "Replace Jenkins with GitHub Actions for the release build.",
      "Replace GitHub Actions with Jenkins for the release build.",
    ],
    [
      "The licensee indemnifies the licensor against third-party claims.",
      "The licensor indemnifies the licensee against third-party claims.",
    ],
    [
      "The billing service calls the ledger service directly.",
      "The ledger service calls the billing service directly.",
    ],
    [
      "Northgate owes Pellman the balance of the deposit.",
      "Pellman owes Northgate the balance of the deposit.",
    ],
    [
      "Seniors should be reviewed by juniors during the pairing week.",
      "Juniors should be reviewed by seniors during the pairing week.",
    ],
    [
      "Traffic should be moved from eu-west-1 to eu-central-1 during the failover.",
      "Traffic should be moved from eu-central-1 to eu-west-1 during the failover.",
    ],
    [
      "Cast the integer column to text in the join.",
      "Cast the text column to integer in the join.",
    ],
    [
      "The latency spike was caused by lock contention on the inventory table.",
      "The latency spike was caused by garbage collection pauses on the inventory service.",
    ],
    [
      "The weld cracks stem from moisture in the electrodes.",
      "The weld cracks stem from an excessive travel speed.",
    ],
    ["The null dereference is in parseHeader().", "The null dereference is in parseFooter()."],
    [
      "Add the missing foreign key to invoice_lines.",
      "Add the missing foreign key to invoice_taxes.",
    ],
    [
      "The hard-coded secret sits in config/staging.yml.",
      "The hard-coded secret sits in config/production.yml.",
    ],
    [
      "Book the delegation through Lisbon; the connection is tighter but reliable.",
      "Book the delegation through Porto; the connection is tighter but reliable.",
    ],
    [
      "Send the audit events to Kafka rather than writing them to disk.",
      "Send the audit events to Kinesis rather than writing them to disk.",
    ],
    [
      "Start with amoxicillin and review after the culture.",
      "Start with doxycycline and review after the culture.",
    ],
    [
      "Every route under /internal requires a service token.",
      "Most routes under /internal require a service token.",
    ],
    [
      "None of the dashboards use the deprecated metric.",
      "Some of the dashboards use the deprecated metric.",
    ],
    [
      "Few students finished the lab in the allotted time.",
      "Most students finished the lab in the allotted time.",
    ],
    ["Keep at least three brokers in sync.", "Keep at most three brokers in sync."],
    ["Only admins can export the full customer list.", "Anyone can export the full customer list."],
    ["Yes, ship the pricing change this week.", "No, don't ship the pricing change this week."],
    ["Can we rely on the auto-renewal clause? Yes.", "Can we rely on the auto-renewal clause? No."],
    [
      "Do wrap the two updates in one transaction.",
      "Don't wrap the two updates in one transaction.",
    ],
    [
      "Log the full request body when the parser throws.",
      "Avoid logging the full request body when the parser throws.",
    ],
    [
      "If the canary error rate stays under 1%, continue the rollout.",
      "If the canary error rate stays under 1%, halt the rollout.",
    ],
    [
      "Page the on-call unless the queue drains within ten minutes.",
      "Page the on-call if the queue drains within ten minutes.",
    ],
    [
      "Release the supplier payment only when the three-way match succeeds.",
      "Release the supplier payment only when the three-way match fails.",
    ],
    [
      "The checkout incident is resolved; error rates are back to baseline.",
      "The checkout incident is still open; error rates are not back to baseline.",
    ],
    ["Batch 7714 passed the final pressure test.", "Batch 7714 failed the final pressure test."],
    [
      "The Frankfurt cluster is stable since the kernel patch.",
      "The Frankfurt cluster is degraded since the kernel patch.",
    ],
    [
      "Feature flag new_cart is enabled for all tenants.",
      "Feature flag new_cart is disabled for all tenants.",
    ],
    [
      "The platform team owns certificate renewal.",
      "The application team owns certificate renewal.",
    ],
    [
      "Import duties are to be paid by the buyer under these terms.",
      "Import duties are to be paid by the seller under these terms.",
    ],
  ],
  engineering: [
    [
      "The session cookie is missing the HttpOnly flag on the login response.",
      "The session cookie carries the HttpOnly flag on the login response.",
    ],
    [
      "Retries should be capped at three attempts before the job is marked failed.",
      "Retries should be capped at five attempts before the job is marked failed.",
    ],
    [
      "Run the schema migration before deploying the new API pods.",
      "Run the schema migration after deploying the new API pods.",
    ],
    [
      "The p99 latency of /checkout rose from 180 ms to 420 ms after the release.",
      "The p99 latency of /checkout fell from 420 ms to 180 ms after the release.",
    ],
    [
      "I would merge this PR as is; the remaining comments are cosmetic.",
      "I would not merge this PR as is; the remaining comments are not cosmetic.",
    ],
    [
      "The memory leak comes from event listeners that are never removed in the chart component.",
      "The memory leak comes from an unbounded cache in the chart component.",
    ],
    [
      "Pin lodash to 4.17.21 to get the prototype pollution fix.",
      "Pin lodash to 4.17.19 to get the prototype pollution fix.",
    ],
    [
      "Prefer Postgres advisory locks over Redis locks for the billing job.",
      "Prefer Redis locks over Postgres advisory locks for the billing job.",
    ],
    [
      "The SQL injection in the report filter is critical and blocks the release.",
      "The SQL injection in the report filter is low severity and does not block the release.",
    ],
    [
      "Legal has approved the updated data processing agreement with the vendor.",
      "Legal has rejected the updated data processing agreement with the vendor.",
    ],
    [
      "The gateway timeout is set to 30 seconds, which is too short for exports.",
      "The gateway timeout is set to 30 milliseconds, which is too short for exports.",
    ],
    [
      "The worker holds the lock on orders while waiting for the lock on inventory.",
      "The worker holds the lock on inventory while waiting for the lock on orders.",
    ],
    [
      "Q3 churn was 4.2%, slightly above the forecast.",
      "Q3 churn was 4.2%, slightly below the forecast.",
    ],
    [
      "All endpoints under /admin require a valid bearer token.",
      "Not all endpoints under /admin require a valid bearer token.",
    ],
    [
      "The TLS certificate for api.example.com expires on 14 March.",
      "The TLS certificate for api.example.com expires on 14 May.",
    ],
    [
      "Enable gzip on the CDN for JSON responses; it saves about 70% of the bytes.",
      "Disable gzip on the CDN for JSON responses; it saves almost nothing.",
    ],
    [
      "The flaky test is caused by a race in the fixture, not by the network.",
      "The flaky test is caused by the network, not by a race in the fixture.",
    ],
    [
      "The index on user_id is used by the slow query according to EXPLAIN.",
      "The index on user_id is ignored by the slow query according to EXPLAIN.",
    ],
    [
      "Keep the v1 endpoint until all mobile clients have moved to v2.",
      "Remove the v1 endpoint now, before all mobile clients have moved to v2.",
    ],
    [
      "The null check on line 88 of parser.ts is redundant and can go.",
      "The null check on line 88 of parser.ts is necessary and must stay.",
    ],
    [
      "Invoice 2024-0371 was overpaid by 1,200 euros.",
      "Invoice 2024-0371 was underpaid by 1,200 euros.",
    ],
    [
      "The refund window should be 30 days from delivery.",
      "The refund window should be 30 days from purchase.",
    ],
    [
      "The rate limiter fails open when Redis is unreachable.",
      "The rate limiter fails closed when Redis is unreachable.",
    ],
    [
      "Ticket SUP-4412 is a duplicate of SUP-4390 and can be closed.",
      "Ticket SUP-4390 is a duplicate of SUP-4412 and can be closed.",
    ],
    [
      "This change is backward compatible with clients on protocol 3.",
      "This change is backward incompatible with clients on protocol 3.",
    ],
    [
      "The deploy must be rolled back; error rates are still climbing.",
      "The deploy need not be rolled back; error rates are already falling.",
    ],
    [
      "Every unit test in the payments module passes on Node 20.",
      "Two unit tests in the payments module fail on Node 20.",
    ],
    [
      "The CSRF token is validated on both POST and DELETE requests.",
      "The CSRF token is validated on POST but not on DELETE requests.",
    ],
    [
      "Use a mutex here rather than an atomic; the update touches two fields.",
      "Use an atomic here rather than a mutex; the update touches one field.",
    ],
    [
      "The customer is entitled to a refund under clause 7.2 of the contract.",
      "The customer is not entitled to a refund under clause 7.2 of the contract.",
    ],
    [
      "The pagination offset is off by one, so the last row is skipped.",
      "The pagination offset is correct, so no row is skipped.",
    ],
    [
      "Set the JVM heap to 4 GB on the ingest nodes.",
      "Set the JVM heap to 8 GB on the ingest nodes.",
    ],
    [
      "The outage started in us-east-1 and spread to eu-west-1.",
      "The outage started in eu-west-1 and spread to us-east-1.",
    ],
    [
      "Nobody owns the on-call rotation for the search service at the moment.",
      "The platform team owns the on-call rotation for the search service at the moment.",
    ],
    [
      "The build is slower with incremental compilation turned on.",
      "The build is faster with incremental compilation turned on.",
    ],
    [
      "The DELETE handler should return 204 with an empty body.",
      "The DELETE handler should return 200 with the deleted object.",
    ],
    [
      "CVE-2023-44487 affects our nginx ingress and needs patching.",
      "CVE-2023-44487 does not affect our nginx ingress and needs no patching.",
    ],
    [
      "The scanner reports CVE-2021-44228 in log4j-core, reachable from the import endpoint.",
      "The scanner reports CVE-2021-45046 in log4j-core, reachable from the import endpoint.",
    ],
    [
      "The feature flag new_search is on by default in production.",
      "The feature flag new_search is off by default in production.",
    ],
    [
      "Consumers depend on the order of events in this topic, so keep one partition.",
      "Consumers do not depend on the order of events in this topic, so add partitions.",
    ],
    [
      "The contract renews automatically unless cancelled 60 days in advance.",
      "The contract lapses automatically unless renewed 60 days in advance.",
    ],
    [
      "Alice reviewed the change and Bob approved the deployment.",
      "Bob reviewed the change and Alice approved the deployment.",
    ],
    [
      "The cache is invalidated whenever a product is updated.",
      "The cache is never invalidated when a product is updated.",
    ],
    [
      "Make the email field required in the signup schema.",
      "Make the email field optional in the signup schema.",
    ],
    [
      "The regression was introduced in commit a41f9c2.",
      "The regression was introduced in commit 7be03d8, not earlier.",
    ],
    [
      "The function is thread-safe because all shared state is guarded.",
      "The function is not thread-safe because some shared state is unguarded.",
    ],
    [
      "Sorting accounts for 60% of the request time; serialization is negligible.",
      "Serialization accounts for 60% of the request time; sorting is negligible.",
    ],
    [
      "Test coverage dropped below the 80% threshold on this branch.",
      "Test coverage stayed above the 80% threshold on this branch.",
    ],
    [
      "The client retries on 503 but gives up immediately on 429.",
      "The client retries on 429 but gives up immediately on 503.",
    ],
    [
      "Nothing in the diff touches the authentication flow.",
      "Something in the diff touches the authentication flow.",
    ],
    [
      "The JWT signature is verified before the claims are read.",
      "The JWT claims are read before the signature is verified.",
    ],
    [
      "The backup job ran successfully last night and the restore was tested.",
      "The backup job failed last night and the restore was never tested.",
    ],
    [
      "Batch the inserts in groups of 500 to reduce round trips.",
      "Batch the inserts in groups of 5,000 to reduce round trips.",
    ],
    [
      "Store timestamps in UTC and convert to local time in the browser.",
      "Store timestamps in local time and convert to UTC in the browser.",
    ],
    [
      "The release can go out on Thursday since QA has signed off.",
      "The release cannot go out on Thursday since QA has yet to sign off.",
    ],
    [
      "The open-redirect finding is a false positive; the target host is allowlisted.",
      "The open-redirect finding is a true positive; the target host is never checked.",
    ],
    [
      "The GPL dependency is only used in tests and is not distributed.",
      "The GPL dependency is bundled into the product and is distributed.",
    ],
    [
      "The mobile app shows the error message, but the web app swallows it.",
      "The web app shows the error message, but the mobile app swallows it.",
    ],
    [
      "A deep copy of the config is made on each request.",
      "A shallow copy of the config is made on each request.",
    ],
    [
      "Customers on the Basic plan keep access to the export feature.",
      "Customers on the Basic plan lose access to the export feature.",
    ],
    [
      "The migration is reversible; a down script is included.",
      "The migration is irreversible; there is no down script.",
    ],
    [
      "The load balancer health check hits /healthz on port 8080.",
      "The load balancer health check hits /healthz on port 9090.",
    ],
    [
      "At most two replicas may be unavailable during the rollout.",
      "At least two replicas may be unavailable during the rollout.",
    ],
    [
      "Input to the template is escaped, so XSS is not possible here.",
      "Input to the template is unescaped, so XSS is possible here.",
    ],
    [
      "The docs match the code: the default page size is 50.",
      "The docs contradict the code: the default page size is not 50.",
    ],
    [
      "GraphQL is a better fit than REST for the partner API.",
      "GraphQL is a worse fit than REST for the partner API.",
    ],
    [
      "The budget covers contractors but excludes software licences.",
      "The budget covers software licences but excludes contractors.",
    ],
    [
      "The GDPR deletion request must be completed within 30 days.",
      "The GDPR deletion request must be completed within 90 days.",
    ],
    [
      "The SSH port is closed to the internet and open from the VPN.",
      "The SSH port is open to the internet and closed from the VPN.",
    ],
    [
      "Without the index, the query takes 9 seconds; with it, 40 ms.",
      "With the index, the query takes 9 seconds; without it, 40 ms.",
    ],
    [
      "The upload endpoint rejects files larger than 25 MB.",
      "The upload endpoint accepts files larger than 25 MB.",
    ],
    [
      "The upload limit is 25 MB per file on the free tier.",
      "The upload limit is 25 KB per file on the free tier.",
    ],
    [
      "Kafka lag is caused by slow consumers rather than by a broker problem.",
      "Kafka lag is caused by a broker problem rather than by slow consumers.",
    ],
    [
      "The API should use snake_case for field names, as in the rest of v2.",
      "The API should use camelCase for field names, as in the rest of v2.",
    ],
    [
      "The customer complaint was resolved on the first contact.",
      "The customer complaint is still unresolved after the first contact.",
    ],
    [
      "The advisory lists versions up to 2.3.1 as vulnerable, so our 2.3.0 is affected.",
      "The advisory lists versions up to 2.2.9 as vulnerable, so our 2.3.0 is unaffected.",
    ],
    [
      "There is no need to rotate the signing key after this incident.",
      "There is an urgent need to rotate the signing key after this incident.",
    ],
    [
      "The staging environment mirrors production except for the payment provider.",
      "The staging environment mirrors production including the payment provider.",
    ],
    [
      "Tests hit the real Stripe sandbox instead of a mock.",
      "Tests hit a mock instead of the real Stripe sandbox.",
    ],
    [
      "The liability cap is twelve months of fees under the draft agreement.",
      "The liability is uncapped under the draft agreement.",
    ],
    [
      "Increase the connection pool size; requests are waiting for connections.",
      "Decrease the connection pool size; the database is drowning in connections.",
    ],
    [
      "The service scales horizontally since it keeps no local state.",
      "The service cannot scale horizontally since it keeps local state.",
    ],
    ["Version 3.0 drops support for Python 3.8.", "Version 3.0 retains support for Python 3.8."],
    [
      "The dashboards are refreshed hourly, which is enough for finance.",
      "The dashboards are refreshed daily, which is too rarely for finance.",
    ],
    [
      "The admin user can impersonate customers, and each use is audited.",
      "The admin user can impersonate customers, and none of it is audited.",
    ],
    [
      "The discount is applied before tax in the cart total.",
      "The discount is applied after tax in the cart total.",
    ],
    ["The outage was caused by DNS.", "The outage is due to a bad deploy."],
    ["The outage was because of DNS.", "The outage came from a bad deploy."],
    ["The delay is because of the review.", "The delay is not because of the review."],
    ["The test fails because of the clock.", "The test fails, but not because of the clock."],
    ["The retries are due to timeouts.", "The timeouts are due to retries."],
    ["The reason of the delays is hardware.", "The reason of the delays is a slow query."],
  ],
};
