"""What a program with boto3 does: addresses of signature version 2, which it makes by default, and forms."""

import io
import os
import urllib.error
import urllib.request
import uuid

import boto3
from botocore.client import Config

BUCKET = "by-python"
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
s3 = boto3.client("s3", endpoint_url=ENDPOINT, config=Config(s3={"addressing_style": "path"}))
s3.create_bucket(Bucket=BUCKET)


def send(address, method, body=None, headers=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=body, method=method, headers=headers or {})) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


# Nothing is sent with it, and what follows is not taken for it.
s3.put_object(Bucket=BUCKET, Key="folder/", Body=b"")
s3.put_object(Bucket=BUCKET, Key="a b/ü.txt", Body=b"hello", Metadata={"who": "me"})
try:
    s3.put_object(Bucket=BUCKET, Key="missing", Body=b"x" * 100_000, CacheControl="x", ExpectedBucketOwner="111111111111")
    raise AssertionError("the bucket is not of that account")
except s3.exceptions.ClientError as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error.response
assert [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["a b/ü.txt", "folder/"]

address = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "a b/ü.txt", "ResponseContentType": "text/html"})
assert "AWSAccessKeyId=" in address, address
assert send(address, "GET") == (200, b"hello")
status, text = send(address.replace("Expires=", "Expires=1"), "GET")
assert status == 403 and b"SignatureDoesNotMatch" in text, text
status, text = send(s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "folder/"}, ExpiresIn=-60), "GET")
assert status == 403 and b"expired" in text, text
address = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "put", "Metadata": {"hoisted": "yes"}, "ContentType": "text/x"})
status, text = send(address, "PUT", b"content", {"Content-Type": "text/x"})
assert status == 200, text
assert s3.head_object(Bucket=BUCKET, Key="put")["Metadata"] == {"hoisted": "yes"}

legacy = boto3.client("s3", endpoint_url=ENDPOINT, config=Config(signature_version="s3", s3={"addressing_style": "path"}))
legacy.put_object(Bucket=BUCKET, Key="legacy", Body=b"x", ContentType="text/plain", Metadata={"a": "b"})
assert legacy.get_object(Bucket=BUCKET, Key="legacy")["Body"].read() == b"x"
assert len(legacy.list_objects(Bucket=BUCKET, Prefix="leg")["Contents"]) == 1

post = s3.generate_presigned_post(BUCKET, "forms/${filename}", Fields={"acl": "private"}, Conditions=[{"acl": "private"}, ["content-length-range", 1, 100]])
boundary = uuid.uuid4().hex
body = io.BytesIO()
for name, value in post["fields"].items():
    body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
body.write(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\nform\r\n--{boundary}--\r\n'.encode())
status, text = send(post["url"], "POST", body.getvalue(), {"Content-Type": f"multipart/form-data; boundary={boundary}"})
assert status == 204, text
assert s3.get_object(Bucket=BUCKET, Key="forms/f.txt")["Body"].read() == b"form"

s3.upload_fileobj(io.BytesIO(b"7" * (20 * 1024 * 1024)), BUCKET, "large")
s3.copy({"Bucket": BUCKET, "Key": "large"}, BUCKET, "copy")
assert s3.head_object(Bucket=BUCKET, Key="copy")["ContentLength"] == 20 * 1024 * 1024
print("done")
