// A client of the file store made of nothing but Node's http: `node file_store.js URL AUTHORIZATION ORGANISATION`.
// Prints one JSON object with what it saw.
"use strict";
const crypto = require("crypto");
const http = require("http");

const [url, authorization, organisation] = process.argv.slice(2);
const PART = 5242880;

function ask(method, path, headers = {}, body = null) {
  return new Promise((resolve, reject) => {
    const all = { Authorization: authorization, "X-Upload-OrgPPAGUID": organisation, ...headers };
    if (body) {
      all["Content-Length"] = body.length;
      all["Content-MD5"] = crypto.createHash("md5").update(body).digest("base64");
    }
    const request = http.request(url + path, { method, headers: all }, (response) => {
      const pieces = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function main() {
  const name = "=?UTF-8?B?" + Buffer.from("Протокол.txt").toString("base64") + "?=";
  const text = Buffer.from("Протокол собрания\n");
  const whole = await ask("PUT", "/voting/", { "X-Upload-Filename": name }, text);
  const id = whole.headers["x-upload-uploadid"];
  const read = await ask("GET", `/voting/${id}?getfile`);
  const long = Buffer.alloc(2 * PART + 17, "Протокол ");
  const begun = await ask("POST", "/voting/?upload", {
    "X-Upload-Filename": name, "X-Upload-Length": long.length, "X-Upload-Part-Count": 3 });
  const session = begun.headers["x-upload-uploadid"];
  const parts = await Promise.all([3, 1, 2].map((number) =>
    ask("PUT", `/voting/${session}`, { "X-Upload-Partnumber": number },
      long.subarray((number - 1) * PART, number * PART))));
  const open = await ask("HEAD", `/voting/${session}`);
  const finished = await ask("POST", `/voting/${session}?completed`);
  const done = await ask("HEAD", `/voting/${session}`);
  const pieces = [];
  for (let at = 0; at < long.length; at += PART) {
    const last = Math.min(at + PART, long.length) - 1;
    pieces.push(await ask("GET", `/voting/${session}?getfile`, { Range: `bytes=${at}-${last}` }));
  }
  const refused = await ask("PUT", "/voting/", { "X-Upload-Filename": "a.exe" }, text);
  console.log(JSON.stringify({
    whole: [whole.status, whole.headers.location.endsWith(`/voting/${id}`), read.body.equals(text)],
    parts: parts.map((part) => part.status),
    open: [open.headers["x-upload-completed-parts"], open.headers["x-upload-completed"]],
    finished: [finished.status, finished.headers.connection],
    done: [done.headers["x-upload-length"], done.headers["x-upload-completed"], done.headers["x-upload-filename"]],
    pieces: pieces.map((piece) => piece.status),
    same: Buffer.concat(pieces.map((piece) => piece.body)).equals(long),
    refused: [refused.status, refused.headers["x-upload-error"]],
  }));
}

main().catch((error) => { console.error(error); process.exit(1); });
