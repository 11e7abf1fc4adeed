"""How the documented application reaches its database: a connection for each piece of work."""
import os

import pymysql


def connect():
    return pymysql.connect(
        host="127.0.0.1",
        port=int(os.environ["DATABASE_PORT"]),
        user="root",
        database="imagedb",
        charset="utf8mb4",
        autocommit=True,
        cursorclass=pymysql.cursors.DictCursor,
    )
