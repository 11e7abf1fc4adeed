// What a program with the AWS SDK for JavaScript does: buckets as host names, addresses and forms presigned, uploads in parts.
import assert from 'node:assert/strict';
import http from 'node:http';
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { NodeHttpHandler } from '@smithy/node-http-handler';

// Not every machine knows that names below localhost are its own.
const lookup = (host, options, done) => options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
const client = new S3Client({ requestHandler: new NodeHttpHandler({ httpAgent: new http.Agent({ lookup }) }) });
const Bucket = 'by-javascript';

const send = (address, method, body, headers = {}) => new Promise((resolve, reject) => {
  const request = http.request(address, { method, headers: { ...headers, 'content-length': body.length }, lookup }, response => {
    const chunks = [];
    response.on('data', chunk => chunks.push(chunk));
    response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
  });
  request.on('error', reject);
  request.end(body);
});

await client.send(new CreateBucketCommand({ Bucket }));
await client.send(new PutObjectCommand({ Bucket, Key: 'a b/ü.txt', Body: 'hello', Metadata: { who: 'me' } }));
const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a b/ü.txt' }));
assert.equal(await got.Body.transformToString(), 'hello');
assert.deepEqual((await client.send(new ListObjectsV2Command({ Bucket }))).Contents.map(item => item.Key), ['a b/ü.txt']);

const put = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'presigned', Metadata: { hoisted: 'yes' } }), { expiresIn: 60 });
assert.equal(new URL(put).hostname, `${Bucket}.localhost`);
const stored = await send(put.replace(/&x-amz-(checksum-crc32|sdk-checksum-algorithm)=[^&]*/g, ''), 'PUT', Buffer.from('changed'));
assert.equal(stored.status, 403, 'an address that was changed');
const unchecked = new S3Client({ requestHandler: client.config.requestHandler, requestChecksumCalculation: 'WHEN_REQUIRED' });
const plain = await getSignedUrl(unchecked, new PutObjectCommand({ Bucket, Key: 'presigned', Metadata: { hoisted: 'yes' } }), { expiresIn: 60 });
assert.match(plain, /x-amz-meta-hoisted=yes/);
assert.equal((await send(plain, 'PUT', Buffer.from('content'))).status, 200);
assert.deepEqual((await client.send(new HeadObjectCommand({ Bucket, Key: 'presigned' }))).Metadata, { hoisted: 'yes' });

const post = await createPresignedPost(client, {
  Bucket,
  Key: 'forms/${filename}',
  Conditions: [['content-length-range', 0, 100], ['starts-with', '$Content-Type', 'text/']],
  Fields: { 'Content-Type': 'text/plain' },
  Expires: 60,
});
const form = new FormData();
Object.entries(post.fields).forEach(([name, value]) => form.append(name, value));
form.append('file', new Blob(['from a form']), 'f.txt');
const encoded = new Response(form);
const answer = await send(post.url, 'POST', Buffer.from(await encoded.arrayBuffer()), { 'content-type': encoded.headers.get('content-type') });
assert.equal(answer.status, 204, answer.text);
const posted = await client.send(new GetObjectCommand({ Bucket, Key: 'forms/f.txt' }));
assert.equal(await posted.Body.transformToString(), 'from a form');

await new Upload({ client, params: { Bucket, Key: 'large', Body: Buffer.alloc(12 * 1024 * 1024, 7) } }).done();
assert.equal((await client.send(new HeadObjectCommand({ Bucket, Key: 'large' }))).ContentLength, 12 * 1024 * 1024);
console.log('done');
