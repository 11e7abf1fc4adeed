"""The documented application's client of S3, here of local AWS (its boto3 may be too old to know AWS_ENDPOINT_URL)."""
import os

import boto3
from botocore.config import Config

BUCKET = os.environ["BUCKET"]

s3 = boto3.client(
    "s3",
    endpoint_url=os.environ["AWS_ENDPOINT_URL"],
    config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
)
