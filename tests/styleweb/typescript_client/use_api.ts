// Uses the API through the types of its OpenAPI document, and prints what it got as JSON.
// It must compile strictly: a value that the document does not allow is an error there.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Job = components["schemas"]["Job"];

const [, , baseUrl = "", token = "", jobId = ""] = process.argv;
const anonymous = createClient<paths>({ baseUrl });
const mine = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

/** Returns the data of an answer, or fails with the problem that came in its place. */
function expectData<Data>(answer: { data?: Data; error?: unknown }): Data {
  if (answer.data === undefined) {
    throw new Error(JSON.stringify(answer.error));
  }
  return answer.data;
}

/** Reads the library without a token. */
async function readLibrary(): Promise<string[]> {
  const page = expectData(await anonymous.GET("/api/v1/styles/", { params: { query: { limit: 5 } } }));
  return page.results.map((style) => style.slug);
}

/** Downloads the finished picture of a job, and returns the job and the first bytes of the file. */
async function fetchResult(id: string): Promise<{ state: Job["state"]; width: number; magic: string }> {
  const params = { path: { id } };
  const job = expectData(await mine.GET("/api/v1/jobs/{id}/", { params }));
  if (job.result === null) {
    throw new Error("The job has no result.");
  }
  const file = expectData(
    await mine.GET("/api/v1/jobs/{id}/file/", { params, parseAs: "arrayBuffer" }),
  );
  const magic = Buffer.from(file).subarray(1, 4).toString("latin1");
  return { state: job.state, width: job.result.width, magic };
}

/** Uploads a photo and submits a job for it. */
async function submitJob(photo: Blob): Promise<{ state: Job["state"]; strength: number }> {
  const uploaded = expectData(
    await mine.POST("/api/v1/photos/", {
      // A multipart body: the document says "binary", for which TypeScript has no type of its own.
      body: { file: photo as unknown as string },
      bodySerializer: () => {
        const form = new FormData();
        form.set("file", photo, "photo.png");
        return form;
      },
    }),
  );
  const job = expectData(
    await mine.PUT("/api/v1/jobs/{id}/", {
      params: { path: { id: crypto.randomUUID() } },
      body: {
        photo: uploaded.id,
        styles: [{ style: "great-wave" }],
        spec: { strength: 0.5 },
      },
    }),
  );
  return { state: job.state, strength: job.spec.strength };
}

/** Asks for a job that does not exist, and returns the code of the problem. */
async function readProblem(): Promise<{ status: number; code: string }> {
  const { error } = await mine.GET("/api/v1/jobs/{id}/", {
    params: { path: { id: crypto.randomUUID() } },
  });
  if (error === undefined) {
    throw new Error("A job that does not exist was found.");
  }
  return { status: error.status, code: error.code };
}

/** Calls that the document does not allow. They are never made: the compiler must refuse each. */
export function refused(): unknown[] {
  return [
    // @ts-expect-error There is no such address.
    () => mine.GET("/api/v1/paintings/"),
    // @ts-expect-error The id is missing.
    () => mine.GET("/api/v1/jobs/{id}/"),
    // @ts-expect-error A job has styles.
    () => mine.POST("/api/v1/jobs/", { body: { photo: jobId } }),
    (job: Job) => {
      // @ts-expect-error There is no such state.
      return job.state === "finished";
    },
  ];
}

const photo = await fetchPhoto(jobId);
console.log(
  JSON.stringify({
    library: await readLibrary(),
    result: await fetchResult(jobId),
    job: await submitJob(photo),
    problem: await readProblem(),
  }),
);

/** Returns the photo of a job as a file. */
async function fetchPhoto(id: string): Promise<Blob> {
  const job = expectData(await mine.GET("/api/v1/jobs/{id}/", { params: { path: { id } } }));
  return expectData(
    await mine.GET("/api/v1/photos/{id}/file/", {
      params: { path: { id: job.photo.id } },
      parseAs: "blob",
    }),
  );
}
