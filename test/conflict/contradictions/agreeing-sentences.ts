/** Whole sentences that say the same, in four sets that were written before the rule was tried on them: it took 6 of 60, 3 of 60, 9 of 80 and 8 of 100 for contradictions then. */
export const agreeingSentences: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  comparisons: [
    [
      "The migration of the orders table runs before the deployment of the service",
      "The deployment of the service does not run before the migration of the orders table",
    ],
  ],
  reviews: [
    [
      "The import job deletes the temporary files after each run.",
      "The temporary files are deleted by the import job after each run.",
    ],
    [
      "The gateway strips the Authorization header before forwarding the request to the upstream.",
      "The Authorization header is stripped by the gateway before the request is forwarded to the upstream.",
    ],
    [
      "An attacker can overwrite another tenant's logo through the upload endpoint.",
      "Another tenant's logo can be overwritten by an attacker through the upload endpoint.",
    ],
    [
      "The nightly reconciliation locks the ledger table for the whole run.",
      "For the whole run, the ledger table is locked by the nightly reconciliation.",
    ],
    [
      "When the payment provider times out, the order stays in the pending state forever.",
      "The order stays in the pending state forever when the payment provider times out.",
    ],
    [
      "Before shipping 5.3, fix the memory leak in the PDF renderer.",
      "Fix the memory leak in the PDF renderer before shipping 5.3.",
    ],
    [
      "In the mobile layout, the cookie banner covers the checkout button.",
      "The cookie banner covers the checkout button in the mobile layout.",
    ],
    [
      "Because the connection pool is capped at 20, requests queue up during the lunch peak.",
      "Requests queue up during the lunch peak because the connection pool is capped at 20.",
    ],
    [
      "Add an index on orders(customer_id, created_at) to speed up the history page.",
      "Create an index on orders(customer_id, created_at) to make the history page faster.",
    ],
    [
      "The retry loop has no backoff and will hammer the inventory service during an outage.",
      "The retry loop lacks backoff and will flood the inventory service during an outage.",
    ],
    [
      "Remove the unused feature flags from the pricing module.",
      "Delete the feature flags that are unused from the pricing module.",
    ],
    [
      "The hiring rubric gives too much weight to years of experience.",
      "The hiring rubric puts excessive weight on years of experience.",
    ],
    [
      "Postpone the release until the payment regression is fixed.",
      "Delay the release until the payment regression is resolved.",
    ],
    [
      "The onboarding survey is confusing, and a large share of users abandon it at step three.",
      "The onboarding survey is confusing, and a big share of users drop out of it at step three.",
    ],
    [
      "The training set contains rows that also appear in the test set, which inflates the reported AUC.",
      "The training set includes rows that also occur in the test set, which overstates the reported AUC.",
    ],
    [
      "Set the HTTP client timeout in the shipping adapter to 30 s.",
      "Set the HTTP client timeout in the shipping adapter to 30000 ms.",
    ],
    [
      "Raise the JVM heap of the search node to 2 GB before the next reindex.",
      "Raise the JVM heap of the search node to 2048 MB before the next reindex.",
    ],
    [
      "Sample traces at a rate of 0.5 on the checkout path.",
      "Sample traces at a rate of 50% on the checkout path.",
    ],
    [
      "Access logs are kept for 2 weeks, which is too short for incident forensics.",
      "Access logs are kept for 14 days, which is too short for incident forensics.",
    ],
    [
      "The refresh token stays valid for 24 hours after logout.",
      "The refresh token stays valid for 1 day after logout.",
    ],
    [
      "The cache entry for exchange rates should live for 5 minutes at most.",
      "The cache entry for exchange rates should live for 300 seconds at most.",
    ],
    [
      "The hero image on the landing page weighs 1.5 MB and should be compressed.",
      "The hero image on the landing page weighs 1500 KB and should be compressed.",
    ],
    [
      "The batch endpoint accepts up to 10k items, which blows the request timeout.",
      "The batch endpoint accepts up to 10,000 items, which blows the request timeout.",
    ],
    [
      "Require three approvals for changes to the production Terraform state.",
      "Require 3 approvals for changes to the production Terraform state.",
    ],
    [
      "The search parameter is concatenated into the SQL query in reports.py.",
      "The search parameter is concatenated into the SQL query in reports.py and also in exports.py.",
    ],
    [
      "The service account of the CI runner has admin rights on the whole project.",
      "The service account of the CI runner (ci-deployer) has admin rights on the whole project.",
    ],
    [
      "The settings page re-renders on every keystroke.",
      "The settings page re-renders on every keystroke because the form state lives in the root context.",
    ],
    [
      "The Redis instance is exposed to the internet without a password.",
      "The Redis instance is exposed to the internet without a password on port 6379.",
    ],
    [
      "Add a unique constraint on users.email to stop duplicate accounts.",
      "Add a unique constraint on users.email to stop duplicate accounts, after cleaning up the existing rows.",
    ],
    [
      "The webhook consumer does not verify the signature of incoming events.",
      "The webhook consumer, in handlers/stripe.ts, does not verify the HMAC signature of incoming events.",
    ],
    [
      "The privacy policy does not mention the session replay vendor.",
      "The privacy policy does not mention the session replay vendor, as required by Article 13 of the GDPR.",
    ],
    [
      "The rollback runbook is out of date.",
      "The rollback runbook is out of date and still refers to the old Jenkins job.",
    ],
    [
      "The deploy script does not check the exit status of the migration.",
      "The deploy script doesn't check the exit status of the migration.",
    ],
    [
      "Users cannot cancel a subscription from the mobile app.",
      "Users can't cancel a subscription from the mobile app.",
    ],
    [
      "It is not clear who owns the alert for the queue depth.",
      "It isn't clear who owns the alert for the queue depth.",
    ],
    [
      "The candidate would not have been rejected under the previous scorecard.",
      "The candidate wouldn't have been rejected under the previous scorecard.",
    ],
    [
      "Error responses leak the stack trace to the client in production.",
      "An error response leaks the stack trace to clients in production.",
    ],
    [
      "Unit tests for the tax calculator are missing for negative amounts.",
      "A unit test for the tax calculator is missing for a negative amount.",
    ],
    [
      "Long product names overflow the cards in the comparison grid.",
      "A long product name overflows its card in the comparison grid.",
    ],
    [
      "It is not impossible to guess the invoice URL, since the ids are sequential.",
      "It is possible to guess the invoice URL, since the ids are sequential.",
    ],
    [
      "The rate limiter never fails to log a rejected request.",
      "The rate limiter always logs a rejected request.",
    ],
    [
      "No deployment should go out without a passing smoke test.",
      "Every deployment should go out with a passing smoke test.",
    ],
    [
      "The cleanup job is not unsafe to run twice on the same day.",
      "The cleanup job is safe to run twice on the same day.",
    ],
    [
      "Don't disable the audit trail while the data is being migrated.",
      "Keep the audit trail enabled while the data is being migrated.",
    ],
    [
      "The admin endpoint does not require authentication.",
      "The admin endpoint can be called without authentication.",
    ],
    [
      "The consumer never acknowledges a message that failed to parse.",
      "The consumer does not acknowledge messages that failed to parse.",
    ],
    [
      "There is no alert when the backup of the primary database fails.",
      "Nobody is alerted when the backup of the primary database fails.",
    ],
    [
      "The color picker lacks a label for screen readers.",
      "The color picker has no label for screen readers.",
    ],
    [
      "The export function fails to escape formulas in CSV cells.",
      "The export function does not escape formulas in CSV cells.",
    ],
    [
      "The contract is silent on who owns the model weights after termination.",
      "The contract does not say who owns the model weights after termination.",
    ],
    [
      "The DB connection string is logged at startup, including the password.",
      "The database connection string is logged at startup, including the password.",
    ],
    [
      "Move the K8s secrets of the billing service into the vault.",
      "Move the Kubernetes secrets of the billing service into the vault.",
    ],
    [
      "The comment form is vulnerable to XSS through the display name.",
      "The comment form is vulnerable to cross-site scripting through the display name.",
    ],
    [
      "PII of job applicants is sent to the analytics vendor in the page URL.",
      "Personally identifiable information of job applicants is sent to the analytics vendor in the page URL.",
    ],
    [
      "Call `flush()` before `close()` in the `MetricsWriter` shutdown path.",
      "Call flush() before close() in the MetricsWriter shutdown path.",
    ],
    [
      "The flag ENABLE_LEGACY_AUTH is still set to true in production.",
      "the flag `ENABLE_LEGACY_AUTH` is still set to `true` in **production**",
    ],
    [
      "Use parameterised queries in the order search; string formatting is injectable.",
      "Use parameterized queries in the order search - string formatting is injectable.",
    ],
    [
      "The e-mail template for refunds hard-codes the support address.",
      "The email template for refunds hardcodes the support address.",
    ],
    [
      "Run the contract tests before merging to main, not after.",
      "Contract tests should be run before merging to main instead of after it.",
    ],
  ],
  advice: [
    ["Set the request timeout to 30 seconds.", "The request timeout should be set to 30 s."],
    ["Limit login attempts to three per minute.", "Limit login attempts to 3 per minute."],
    ["Rotate the leaked API key.", "I recommend rotating the leaked API key."],
    ["Wait 120 minutes before the next dose.", "Wait two hours before the next dose."],
    ["Don't merge this yet.", "Do not merge this yet."],
    ["The endpoint is not unsafe.", "The endpoint is safe."],
    ["Use `SameSite=Strict` for the session cookie.", "use SameSite=Strict for the session cookie"],
    ["Optimise the colour lookup first.", "Optimize the color lookup first."],
    ["Use a read-only replica for reports.", "Use a read only replica for reports."],
    [
      "Add an index on orders.customer_id.",
      "Add an index on orders.customer_id, because every dashboard query filters on it.",
    ],
    ["The database is the bottleneck.", "The bottleneck is the database."],
    ["The bug was introduced by commit 3fa9c1e.", "Commit 3fa9c1e introduced the bug."],
    [
      "Put the retry logic in the client, not in the server.",
      "The retry logic belongs in the client rather than the server.",
    ],
    ["Sell half of the position.", "Sell 50% of the position."],
    [
      "The contract auto-renews unless it is cancelled.",
      "If it isn't cancelled, the contract renews automatically.",
    ],
    ["Take paracetamol every six hours.", "Take paracetamol every 6 hours, four times a day."],
    ["Fly to Tokyo on Friday.", "On Friday, fly to Tokyo."],
    ["The deadline is 1 March 2025.", "The deadline is March 1st, 2025."],
    ["The meeting starts at 14:00.", "The meeting starts at 2 pm."],
    ["The budget is $1.5 million.", "The budget is $1,500,000."],
    ["Keep logs for at least 90 days.", "Logs must be kept for no less than 90 days."],
    ["Allow at most 10 uploads per user.", "Allow no more than ten uploads per user."],
    [
      "Postgres is faster than MySQL for this query.",
      "For this query, MySQL is slower than Postgres.",
    ],
    ["Run the migration before the deploy.", "Deploy after running the migration."],
    ["The memory leak is in ImageCache.evict().", "There's a memory leak in `ImageCache.evict()`."],
    ["All images need alt text.", "Every image needs alt text."],
    ["Use TypeScript instead of JavaScript.", "Instead of JavaScript, use TypeScript."],
    ["Yes, ship it on Monday.", "Ship it on Monday."],
    ["No, the clause is not enforceable.", "The clause can't be enforced."],
    ["Use Kubernetes for the deployment.", "Use k8s for the deployment."],
    [
      "The vulnerability is a cross-site scripting issue in the comment form.",
      "The vulnerability is XSS in the comment form.",
    ],
    ["Move the file to the EU region.", "The file should be moved to the EU region."],
    ["I'd go with Redis for the session store.", "Redis should be used as the session store."],
    [
      "See a doctor if the fever lasts more than three days.",
      "If the fever lasts longer than 3 days, see a doctor.",
    ],
    ["The tenant pays for small repairs.", "Small repairs are paid for by the tenant."],
    ["The test is flaky because of a race condition.", "A race condition makes the test flaky."],
    ["Raise the memory limit to 2 GB.", "Increase the memory limit to 2GB."],
    [
      "Raise the cache size from 256 MB to 512 MB.",
      "Increase the cache size to 512 MB (from 256 MB).",
    ],
    ["Never store passwords in plain text.", "Passwords should never be stored in plaintext."],
    ["There is no evidence of a data breach.", "There isn't any evidence of a data breach."],
    ["The hotel is 5 km from the station.", "The hotel is 5,000 metres from the station."],
    ["P95 latency is 1.2 seconds.", "p95 latency is 1200 ms."],
    [
      "Nobody except the admin can delete the workspace.",
      "Only the admin can delete the workspace.",
    ],
    ["It is not necessary to restart the server.", "You don't need to restart the server."],
    ["The finding is a false positive.", "False positive: the scanner's finding isn't real."],
    [
      "Cancel the subscription before the 15th.",
      "The subscription needs to be cancelled before the fifteenth.",
    ],
    [
      "Split the monolith into two services.",
      "I suggest splitting the monolith into 2 services, billing and catalogue.",
    ],
    ["The second approach is better.", "The 2nd approach is the better one."],
    ["Use a heading level 2 for the section title.", "Use an h2 for the section title."],
    [
      "The button's contrast ratio of 3:1 is too low.",
      "The contrast ratio of the button is too low (3:1).",
    ],
    ["The load takes a quarter of an hour.", "The load takes 15 minutes."],
    ["Deduplicate the events by event_id.", "De-duplicate events on **event_id**."],
    ["Hold the stock; do not sell.", "Don't sell the stock, hold it."],
    ["Prefer option B over option A.", "Option B is preferable to option A."],
    ["Disable public access to the bucket.", "Turn off public access to the bucket."],
    [
      "The rollout should be delayed until the fix is verified.",
      "Delay the rollout; don't start before the fix is verified.",
    ],
    ["The documentation is out of date.", "The docs are outdated."],
    [
      "The release failed because the disk was full.",
      "The reason the release failed is that the disk had filled up.",
    ],
    ["Only retry if the request is idempotent.", "Don't retry unless the request is idempotent."],
    [
      "Travel insurance isn't optional for this trip.",
      "Travel insurance is mandatory for this trip.",
    ],
  ],
  professions: [
    [
      "The scheduler overwrites the lock file on restart.",
      "The lock file is overwritten by the scheduler on restart.",
    ],
    [
      "Finance has to approve any spend above the travel cap.",
      "Any spend above the travel cap has to be approved by Finance.",
    ],
    ["A background worker sends the receipts.", "Receipts are sent by a background worker."],
    ["You should encrypt the backups at rest.", "The backups should be encrypted at rest."],
    [
      "The landlord must repair the roof within a month.",
      "The roof must be repaired by the landlord within a month.",
    ],
    [
      "During the nightly load, the warehouse runs out of slots.",
      "The warehouse runs out of slots during the nightly load.",
    ],
    [
      "To avoid double charging, add an idempotency key.",
      "Add an idempotency key to avoid double charging.",
    ],
    [
      "If the upload exceeds the quota, return a clear error.",
      "Return a clear error if the upload exceeds the quota.",
    ],
    [
      "In the second term, move the oral exam online.",
      "Move the oral exam online in the second term.",
    ],
    [
      "Because the index is bloated, lookups on accounts are slow.",
      "Lookups on accounts are slow because the index is bloated.",
    ],
    [
      "Remove the unused feature flag from the signup flow.",
      "Delete the unused feature flag from the signup flow.",
    ],
    ["Buy a second torque wrench for line B.", "Purchase a second torque wrench for line B."],
    [
      "The query is slow because it reads the entire table.",
      "The query is slow because it scans the whole table.",
    ],
    [
      "Increase the read timeout on the search client.",
      "Raise the read timeout on the search client.",
    ],
    ["Start the antibiotic course straight away.", "Begin the antibiotic course immediately."],
    [
      "Check the contractor's insurance before the site visit.",
      "Verify the contractor's insurance before the site visit.",
    ],
    ["The export job crashes when the file is empty.", "The export job crashes on empty files."],
    [
      "Postpone the rebrand until the audit is over.",
      "Delay the rebrand until the audit is finished.",
    ],
    ["Set the idle timeout to 120 seconds.", "Set the idle timeout to 2 minutes."],
    ["The coolant line loses 1.5 litres per shift.", "The coolant line loses 1500 ml per shift."],
    [
      "Give 0.5 g of paracetamol if the fever returns.",
      "Give 500 mg of paracetamol if the fever returns.",
    ],
    ["Each upload may be up to 1 GiB.", "Each upload may be up to 1024 MiB."],
    ["The notice period is 14 days.", "The notice period is two weeks."],
    ["Start the maintenance window at 9 pm.", "Start the maintenance window at 21:00."],
    ["The meeting room is 400 m from the station.", "The meeting room is 0.4 km from the station."],
    ["Keep 3 replicas of the session store.", "Keep three replicas of the session store."],
    ["A quarter of the leads never get a call back.", "25% of the leads never get a call back."],
    ["The penalty is capped at €1,500,000.", "The penalty is capped at 1.5 million euros."],
    ["The probation review is due on the 1st of March.", "The probation review is due on 1 March."],
    ["Retry the call up to five times.", "Retry the call up to 5x."],
    [
      "Split this PR into two, it is too big to review.",
      "Split this pull request into two, it is too big to review.",
    ],
    [
      "The DB password is printed in the startup log.",
      "The database password is printed in the startup log.",
    ],
    ["Don't run the seed script in prod.", "Do not run the seed script in production."],
    ["Move the K8s secrets into Vault.", "Move the Kubernetes secrets into Vault."],
    [
      "The config repo has no branch protection.",
      "The configuration repository has no branch protection.",
    ],
    [
      "HR should own the exit interview template.",
      "Human resources should own the exit interview template.",
    ],
    [
      "BP was 140/90 at the follow-up appointment.",
      "Blood pressure was 140/90 at the follow-up appointment.",
    ],
    [
      "Auth is missing on the metrics endpoint.",
      "Authentication is missing on the metrics endpoint.",
    ],
    [
      "Add an index on shipments.tracking_code.",
      "Add an index on shipments.tracking_code so the carrier lookup stops doing a sequential scan.",
    ],
    [
      "The refund handler swallows exceptions.",
      "The refund handler swallows exceptions: the catch block around the gateway call is empty.",
    ],
    [
      "Take out travel insurance for the Peru trip.",
      "Take out travel insurance for the Peru trip, including cover for the mountain section.",
    ],
    [
      "The landing page loads too slowly on mobile.",
      "The landing page loads too slowly on mobile, mainly because of the uncompressed hero video.",
    ],
    [
      "The depreciation schedule is out of date.",
      "The depreciation schedule for the packaging line is out of date and should be refreshed before the audit.",
    ],
    [
      "The leak is in the websocket manager.",
      "I think the leak is probably in the websocket manager.",
    ],
    [
      "Clause 9 conflicts with the privacy notice.",
      "Clause 9 appears to conflict with the privacy notice.",
    ],
    [
      "We should move the reporting queries to a read replica.",
      "It might be worth moving the reporting queries to a read replica.",
    ],
    ["The spindle bearing is worn.", "In my view the spindle bearing is most likely worn."],
    [
      "The file handle is not closed when parsing fails.",
      "The file handle should be closed when parsing fails.",
    ],
    [
      "There is no rate limit on the password reset form.",
      "Add a rate limit to the password reset form.",
    ],
    [
      "The offer letter does not mention the bonus scheme.",
      "The offer letter needs to mention the bonus scheme.",
    ],
    [
      "Alerts for disk usage are missing on the build hosts.",
      "Set up alerts for disk usage on the build hosts.",
    ],
    ["The worksheet has no answer key.", "The worksheet should have an answer key."],
    ["The clause is not unenforceable.", "The clause is enforceable."],
    ["It isn't uncommon for the feed to arrive late.", "It is common for the feed to arrive late."],
    ["Never deploy without running the smoke tests.", "Always run the smoke tests when deploying."],
    ["No endpoint is left without authentication.", "Every endpoint has authentication."],
    ["Validation of the coupon code is missing.", "The coupon code is not validated."],
    [
      "Rotation of the database credentials is needed.",
      "The database credentials need to be rotated.",
    ],
    [
      "I recommend the removal of the duplicate invoice rows.",
      "I recommend removing the duplicate invoice rows.",
    ],
    [
      "An early termination of the contract by the tenant triggers a fee.",
      "If the tenant terminates the contract early, a fee is triggered.",
    ],
    [
      "Redis is faster than Postgres for the session lookup.",
      "Postgres is slower than Redis for the session lookup.",
    ],
    [
      "The Oslo plant has more downtime than the Bergen plant.",
      "The Bergen plant has less downtime than the Oslo plant.",
    ],
    [
      "The annual plan is cheaper than the monthly plan.",
      "The monthly plan is more expensive than the annual plan.",
    ],
    ["Webinars convert better than banner ads.", "Banner ads convert worse than webinars."],
    ["Take a snapshot before dropping the column.", "Drop the column after taking a snapshot."],
    [
      "Collect the blood sample before giving the first dose.",
      "Give the first dose after collecting the blood sample.",
    ],
    [
      "Check the user's role before loading the document.",
      "Load the document only after checking the user's role.",
    ],
    ["Sign the NDA first, then share the drawings.", "Share the drawings after signing the NDA."],
    ["Rename `fetchAll` to `listOrders`.", "Rename fetchAll to listOrders"],
    ['Set "max_connections" to 300', "set max_connections to 300."],
    ["USE HTTPS FOR THE CALLBACK URL", "Use https for the callback URL."],
    [
      "Optimise the colour profile of the product images.",
      "Optimize the color profile of the product images.",
    ],
    [
      "Cancelled bookings should be labelled in the travel centre report.",
      "Canceled bookings should be labeled in the travel center report.",
    ],
    [
      "Authorise the licence renewal for the modelling software.",
      "Authorize the license renewal for the modeling software.",
    ],
    ["Log the tenant ID and the request ID.", "Log the request ID and the tenant ID."],
    [
      "The grading rubric should cover clarity, evidence and structure.",
      "The grading rubric should cover structure, clarity and evidence.",
    ],
    [
      "Mask names, phone numbers and addresses in the test data.",
      "Mask addresses, names and phone numbers in the test data.",
    ],
    [
      "The worker shouldn't hold the mutex while it's writing to disk.",
      "The worker should not hold the mutex while it is writing to disk.",
    ],
    [
      "They haven't signed the data processing addendum, so it isn't in force.",
      "They have not signed the data processing addendum, so it is not in force.",
    ],
    ["We can't deduct the client dinner.", "We cannot deduct the client dinner."],
  ],
  engineering: [
    [
      "The file handle in export.py is not closed when an exception is raised.",
      "The file handle in export.py should be closed when an exception is raised.",
    ],
    [
      "The worker writes the audit log before the transaction commits.",
      "The audit log is written by the worker before the transaction commits.",
    ],
    [
      "The request timeout is 30 seconds for all outbound calls.",
      "All outbound calls have a request timeout of 30,000 ms.",
    ],
    [
      "Retry the webhook three times before giving up.",
      "Retry the webhook 3 times before giving up.",
    ],
    [
      "The database migration must run before the deployment.",
      "The deployment must run after the DB migration.",
    ],
    [
      "The new serializer is faster than the old one.",
      "The old serializer is slower than the new one.",
    ],
    [
      "Delete the unused helper formatDate; nothing calls it any more.",
      "The helper formatDate is dead code and should be removed.",
    ],
    [
      "It is not impossible for two workers to take the same job.",
      "It is possible for two workers to take the same job.",
    ],
    [
      "The token isn't validated on the refresh endpoint.",
      "The token is not validated on the refresh endpoint.",
    ],
    [
      "We should optimise the colour lookup in the render loop.",
      "We should optimize the color lookup in the render loop.",
    ],
    [
      "Support for CSV, XML and JSON exports is needed at launch.",
      "Support for JSON, CSV and XML exports is needed at launch.",
    ],
    [
      "User input reaches the SQL string unescaped, which allows injection.",
      "User input reaches the SQL string unescaped. This allows injection.",
    ],
    [
      "Validate the redirect URL against an allowlist.",
      "Add validation of the redirect URL against an allowlist.",
    ],
    [
      "Set `max_connections` to 200 in the pool config.",
      "Set max_connections to 200 in the pool config.",
    ],
    [
      "The Authorization header is logged in plain text by the proxy.",
      "The proxy logs the authorization header in clear text.",
    ],
    [
      "Add an index on orders.customer_id to speed up the lookup.",
      "The lookup is slow since there is no index on orders.customer_id.",
    ],
    [
      "The K8s liveness probe restarts healthy pods under load.",
      "Under load, the Kubernetes liveness probe restarts healthy pods.",
    ],
    [
      "I think the pool size is probably too small for peak traffic.",
      "The pool size is too small for peak traffic.",
    ],
    [
      "The JWT secret is hard-coded in config.js.",
      "The JWT secret is hard-coded in config.js at line 12 and has been committed to git.",
    ],
    [
      "The contract was signed by the vendor on 3 April 2024.",
      "The vendor signed the contract on 2024-04-03.",
    ],
    [
      "A quarter of all support tickets concern failed logins.",
      "25% of all support tickets concern failed logins.",
    ],
    ["The upload size should be limited to 1 GB per user.", "Limit uploads to 1,024 MB per user."],
    [
      "The endpoint lacks rate limiting and is open to brute force.",
      "There is no rate limiting on the endpoint, leaving it open to brute force.",
    ],
    [
      "Don't deploy on Friday without a tested rollback plan.",
      "Do not deploy on Friday unless the rollback plan has been tested.",
    ],
    [
      "The memory leak is caused by listeners that are never removed.",
      "Listeners that are never removed cause the memory leak.",
    ],
    [
      "Hash passwords with argon2 instead of MD5.",
      "Passwords are hashed with MD5; argon2 should be used instead.",
    ],
    [
      "Prefer composition over inheritance for the notifier classes.",
      "For the notifier classes, composition is preferable to inheritance.",
    ],
    [
      "The error is swallowed in the catch block, so failures go unnoticed.",
      "The catch block silently ignores the error, so nobody notices failures.",
    ],
    [
      "Customers must be notified of the price change 60 days in advance.",
      "We must give customers 60 days' notice of the price change.",
    ],
    [
      "The batch job does not fail to release its lock on exit.",
      "The batch job releases its lock on exit.",
    ],
    [
      "Upgrade openssl to 3.0.13 to close CVE-2024-0727.",
      "CVE-2024-0727 can be fixed by upgrading openssl to 3.0.13.",
    ],
    [
      "The CI pipeline takes 90 minutes, mostly spent in integration tests.",
      "The CI pipeline takes an hour and a half, mostly due to integration tests.",
    ],
    [
      "The race condition occurs between the balance check and the debit.",
      "There is a race condition between checking the balance and debiting it.",
    ],
    [
      "Make sure the S3 bucket is not publicly readable.",
      "The S3 bucket is publicly readable and should be made private.",
    ],
    [
      "The API returns 500 where it should return 404 for unknown IDs.",
      "For unknown IDs the API should return 404 instead of 500.",
    ],
    [
      "Legal approved the new privacy notice on Monday.",
      "The new privacy notice was approved by Legal on Monday.",
    ],
    [
      "We can't recognise the revenue until the goods are delivered.",
      "Revenue can only be recognized once the goods are delivered.",
    ],
    [
      "The query scans the whole table on every page load.",
      "Every page load triggers a full table scan.",
    ],
    ["Tests for the refund flow are missing.", "The refund flow has no tests."],
    [
      "The cache should be invalidated after each write.",
      "After every write, invalidate the cache.",
    ],
    [
      "The default branch requires two approvals before merging.",
      "Merging to the default branch requires 2 approvals.",
    ],
    ["Staging has less memory than production.", "Production has more memory than staging."],
    [
      "The `userId` parameter is never checked against the session owner.",
      "The userId parameter is not checked against the session's owner.",
    ],
    [
      "Roll back release 4.2 since the checkout error rate doubled.",
      "The checkout error rate doubled with release 4.2, so it should be rolled back.",
    ],
    [
      "Authentication happens before authorisation in the middleware chain.",
      "In the middleware chain, authorization comes after authentication.",
    ],
    [
      "Monthly cloud costs rose by 20% compared with April.",
      "Compared with April, monthly cloud spend went up by a fifth.",
    ],
    [
      "The config loader should fail when a required key is absent.",
      "The config loader should throw an error if a required key is missing.",
    ],
    ["There is a chance that the PR breaks older clients.", "The PR might break older clients."],
    [
      "The function is too long; split it into smaller ones.",
      "The function should be broken up into smaller functions as it is too long.",
    ],
    [
      "Backups are kept for two weeks and then purged.",
      "Backups are retained for 14 days and then deleted.",
    ],
    [
      "The nginx config doesn't set the HSTS header.",
      "HSTS is not enabled in the nginx configuration.",
    ],
    [
      "The mobile client polls every five seconds, draining the battery.",
      "Polling every 5 s by the mobile client drains the battery.",
    ],
    [
      "The vendor is liable for damages only up to the annual fee.",
      "The vendor's liability for damages is capped at the annual fee.",
    ],
    [
      "No endpoint other than /health may be called without a token.",
      "Only /health may be called without a token.",
    ],
    [
      "Run the linter before the unit tests in CI.",
      "In continuous integration, the unit tests should run after the linter.",
    ],
    [
      "Alerts fire at 80% disk usage, which is too late for this volume.",
      "Alerting at 80% disk usage is too late for this volume.",
    ],
    [
      "Rename the variable `tmp2` to something descriptive.",
      "The variable name tmp2 is not descriptive and should be changed.",
    ],
    ["The invoice total includes VAT twice.", "VAT is counted two times in the invoice total."],
    [
      "All failing tests are in the auth package; the rest of the suite passes.",
      "Every test that fails is in the auth package, and everything else is green.",
    ],
    [
      "The regex is vulnerable to catastrophic backtracking on long input.",
      "Long input can trigger catastrophic backtracking in the regex (ReDoS).",
    ],
    [
      "Responses bigger than 1 MB should be compressed.",
      "Compress responses that are larger than 1,000 KB.",
    ],
    [
      "The deployment failed because the image tag did not exist.",
      "The image tag did not exist. As a result, the deployment failed.",
    ],
    [
      "Login requires multi-factor authentication for administrators.",
      "Admins have to use MFA to log in.",
    ],
    [
      "The environment variable DATABASE_URL isn't set in the staging pods.",
      "The env var DATABASE_URL is unset in the staging pods.",
    ],
    [
      "Nothing prevents a user from reading another tenant's invoices.",
      "A user can read invoices that belong to another tenant.",
    ],
    [
      "Pagination is not implemented on the /events endpoint.",
      "The /events endpoint should be paginated.",
    ],
    [
      "The queue consumer acknowledges messages before processing them.",
      "Messages are processed by the queue consumer only after they have been acknowledged.",
    ],
    ["Half of the trial users never open the editor.", "50% of trial users never open the editor."],
    [
      "We need a licence review prior to shipping the SDK.",
      "Before shipping the SDK, a license review is needed.",
    ],
    [
      "Use parameterised queries rather than string concatenation.",
      "Replace string concatenation with parameterized queries.",
    ],
    [
      "The Redis key has no TTL, so it never expires.",
      "The Redis key never expires because no time to live is set.",
    ],
    [
      "The customer was charged twice for order 88213.",
      "Order 88213 was double-charged to the customer.",
    ],
    [
      "It would perhaps be safer to lock the row during the update.",
      "The row should be locked during the update.",
    ],
    [
      "The image is built with root as the default user; switch to a non-root user.",
      "The container should not run as root.",
    ],
    [
      "The dashboard loads in 2.5 s, compared with 6 s before the change.",
      "Before the change the dashboard took 6 seconds to load; now it takes 2.5 seconds.",
    ],
    [
      "Error messages expose stack traces to the client.",
      "Stack traces are leaked to the client in error messages.",
    ],
    [
      "The scheduler and the API share one connection pool.",
      "The API and the scheduler use the same connection pool.",
    ],
    [
      "The constant 86400 should be replaced by a named constant.",
      "Extract the magic number 86400 into a named constant.",
    ],
    [
      "Cancelling a subscription does not cancel its pending invoices.",
      "Pending invoices are not canceled when a subscription is canceled.",
    ],
    [
      "Bumping React to 18 breaks the legacy modal.",
      "The legacy modal breaks after upgrading React to 18.",
    ],
    [
      "The retry logic lacks jitter, so clients retry in lockstep.",
      "Add jitter to the retry logic so that clients do not retry in lockstep.",
    ],
    [
      "Finance has not yet approved the budget for the second region.",
      "The budget for the second region is still awaiting approval by finance.",
    ],
    [
      "READ COMMITTED is too weak for the transfer transaction; use SERIALIZABLE.",
      "The transfer transaction should use serializable isolation, as read committed is too weak.",
    ],
    [
      "The certificate for auth.example.com will expire in one week.",
      "The cert for auth.example.com has 7 days left before it expires.",
    ],
    [
      "No log line is emitted when a payment fails.",
      "Failed payments should be written to the log.",
    ],
    [
      "Because the mutex is not reentrant, the nested call deadlocks.",
      "The nested call deadlocks since the mutex isn't reentrant.",
    ],
    [
      "The feature should be released behind a flag.",
      "Put the feature behind a feature toggle for the release.",
    ],
    [
      "The docs don't mention that `limit` is capped at 100.",
      "It should be documented that limit is capped at 100.",
    ],
    [
      "Storage grew from 500 GB to 1 TB within six months.",
      "Storage doubled to 1 TB in half a year.",
    ],
    [
      "There are no integration tests that cover the rollback path.",
      "The rollback path isn't covered by any integration tests.",
    ],
    ["The parser must not accept trailing commas.", "The parser has to reject trailing commas."],
    [
      "The service account has more permissions than it needs.",
      "The service account is over-privileged; reduce its permissions to what it needs.",
    ],
    [
      "It seems that most complaints come from Android users.",
      "The majority of complaints come from users on Android.",
    ],
    [
      "The personal data should be erased within 1 month of the request.",
      "Erase personal data no later than one month after the request.",
    ],
    [
      "The build fails on Windows owing to a hard-coded path separator.",
      "A hard-coded path separator makes the build fail on Windows.",
    ],
    [
      "Removing the feature without a deprecation period is not acceptable.",
      "The feature must not be removed without a deprecation period.",
    ],
    ["Terraform state isn't encrypted at rest.", "The Terraform state is stored unencrypted."],
    [
      "The mock hides the bug. Use the real client in this test.",
      "Use the real client in this test, since the mock masks the bug.",
    ],
    ["The outage was because of DNS.", "The outage was due to the DNS."],
    ["The timeouts are due to slow queries.", "Slow queries cause the timeouts."],
    [
      "Postpone the launch because of failing tests.",
      "Postpone the launch because of missing docs.",
    ],
    ["Postpone the launch due to failing tests.", "Postpone the launch due to missing docs."],
  ],
};
