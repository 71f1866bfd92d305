"""A Spark job: ``spark-submit examples/recipes/spark_job.py examples/capitals.csv cities.parquet [LEXICON]``."""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession

import translit
from translit.frames import spark


def main(source: str, target: str, *lexicons: str) -> None:
    session = SparkSession.builder.appName("translit").getOrCreate()
    normalizer = translit.Normalizer(translit.open_lexicon(lexicons))
    frame = session.read.csv(source, header=True)
    frame = spark.clean(frame, column="city", normalizer=normalizer, add=["id"])
    frame = spark.clean(frame, column="report", mode="text", normalizer=normalizer)
    frame.write.mode("overwrite").parquet(target)
    session.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
