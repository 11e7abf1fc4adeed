"""The documented web tier: Flask, a page of the newest pictures with presigned addresses, an upload, a health check."""
import uuid

from flask import Flask, redirect, render_template_string, request

from database import connect
from storage import BUCKET, s3

app = Flask(__name__)

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Image gallery</title></head>
<body>
<h1>Image gallery</h1>
<form action="/upload" method="post" enctype="multipart/form-data"><input type="file" name="file"><button>Upload</button></form>
<div class="gallery">
{% for image in images %}
  <div class="image-card">
    <a href="{{ image.url }}"><img src="{{ image.thumbnail_url }}" alt="{{ image.caption or image.image_key }}"></a>
    <p class="caption">{{ image.caption or "Caption is being generated" }}</p>
    <p class="time">{{ image.uploaded_at }}</p>
  </div>
{% endfor %}
</div>
{% if next %}<a href="/gallery?page={{ next }}">Older</a>{% endif %}
</body>
</html>"""


def address(key):
    return s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": key}, ExpiresIn=3600)


@app.get("/health")
def health():
    return "OK", 200


@app.get("/")
@app.get("/gallery")
def gallery():
    limit = int(request.args.get("limit", 24))
    page = int(request.args.get("page", 1))
    connection = connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM captions ORDER BY uploaded_at DESC, id DESC LIMIT %s OFFSET %s", (limit, (page - 1) * limit)
            )
            images = cursor.fetchall()
    finally:
        connection.close()
    for image in images:
        image["url"] = address(image["image_key"])
        image["thumbnail_url"] = address(image["thumbnail_key"] or image["image_key"])
    return render_template_string(PAGE, images=images, next=page + 1 if len(images) == limit else None)


@app.post("/upload")
def upload():
    file = request.files["file"]
    key = f"images/{uuid.uuid4()}.{file.filename.rsplit('.', 1)[-1].lower()}"
    s3.upload_fileobj(file, BUCKET, key, ExtraArgs={"ContentType": file.mimetype})
    connection = connect()
    try:
        with connection.cursor() as cursor:
            # Its function may have been quicker.
            cursor.execute("INSERT INTO captions (image_key) VALUES (%s) ON DUPLICATE KEY UPDATE image_key = image_key", (key,))
    finally:
        connection.close()
    return redirect(f"/gallery#{key}", 303)
