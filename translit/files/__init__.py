"""Files in, files out: plain text, CSV and TSV, JSONL, Parquet, each also packed with gzip or zstd."""
