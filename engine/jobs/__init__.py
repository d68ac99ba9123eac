"""The queue: records, the rules they live by, the ledger, and the worker that does the work."""
