"""The documented functions, one of them by its name, behind a loop over Lambda's Runtime API as AWS's own runtime client has it."""
import http.client
import io
import json
import os
import sys
import urllib.parse

from PIL import Image

from database import connect
from storage import BUCKET, s3


def keys_of(event):
    for record in event["Records"]:
        for stored in json.loads(record["Sns"]["Message"])["Records"]:
            yield urllib.parse.unquote_plus(stored["s3"]["object"]["key"])


def save(statement, values):
    connection = connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    finally:
        connection.close()


def thumbnail(key):
    image = Image.open(io.BytesIO(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()))
    if image.mode in ("RGBA", "LA", "P"):
        image = image.convert("RGB")
    image.thumbnail((200, 200))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    thumbnail_key = f"thumbnails/thumb_{os.path.splitext(os.path.basename(key))[0]}.jpg"
    s3.put_object(
        Bucket=BUCKET,
        Key=thumbnail_key,
        Body=out.getvalue(),
        ContentType="image/jpeg",
        Metadata={"original-key": key, "thumbnail-size": f"{image.width}x{image.height}"},
    )
    save(
        "INSERT INTO captions (image_key, thumbnail_key, thumbnail_generated_at) VALUES (%s, %s, CURRENT_TIMESTAMP)"
        " ON DUPLICATE KEY UPDATE thumbnail_key = VALUES(thumbnail_key), thumbnail_generated_at = CURRENT_TIMESTAMP",
        (key, thumbnail_key),
    )


def caption(key):
    # No model is asked, as of ImageApp's function: what the file says of itself takes the caption's place.
    image = Image.open(io.BytesIO(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()))
    save(
        "INSERT INTO captions (image_key, caption, caption_generated_at) VALUES (%s, %s, CURRENT_TIMESTAMP)"
        " ON DUPLICATE KEY UPDATE caption = VALUES(caption), caption_generated_at = CURRENT_TIMESTAMP",
        (key, f"A picture of {image.width} by {image.height} pixels, a {image.format}."),
    )


work = {"ThumbnailFunction": thumbnail, "CaptionFunction": caption}[sys.argv[1]]
host, _, path = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
api = f"/{path}/2018-06-01/runtime/invocation" if path else "/2018-06-01/runtime/invocation"
runtime = http.client.HTTPConnection(host)
while True:
    runtime.request("GET", f"{api}/next")
    invocation = runtime.getresponse()
    event = json.loads(invocation.read())
    request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        for image_key in keys_of(event):
            work(image_key)
        runtime.request("POST", f"{api}/{request_id}/response", body="null")
    except Exception as error:  # As AWS's own: whatever a handler throws is the invocation's error.
        print(error, file=sys.stderr, flush=True)
        body = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
        runtime.request("POST", f"{api}/{request_id}/error", body=body)
    runtime.getresponse().read()
