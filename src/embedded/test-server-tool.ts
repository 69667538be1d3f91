/** Where Temporal's time-skipping test server comes from: found, downloaded, or fetched with Maven. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EmbeddedEnvironment } from './environment.ts'
import { isExecutable, onPath } from './on-path.ts'
import { runCommand } from './run-command.ts'
import { downloadBySdk, SDK_VERSION } from './sdk-download.ts'
import { keepFolder, type Progress } from './tool-cache.ts'
import { firstThatWorks, type Source } from './tool-source.ts'

const TOOL = 'temporal-test-server'
const MAVEN_VERSION = '1.38.0'
const MAVEN_WITHIN_MS = 10 * 60_000

/**
 * Finds the time-skipping test server: TEMPORAL_TEST_SERVER_PATH, what an earlier run kept, the SDK's download,
 * last Java with Maven.
 *
 * @returns its absolute path
 * @throws {UserError} nothing worked; lists what was tried and what can be done
 */
export async function provideTestServer(
  environment: EmbeddedEnvironment,
  progress: Progress,
): Promise<string> {
  return firstThatWorks("Temporal's time-skipping test server", testServerSources(environment, progress), [
    'run this once where https://temporal.download can be reached,',
    'or install Java (11 or newer) and Maven, with which it is fetched,',
    'or set TEMPORAL_TEST_SERVER_PATH to it.',
  ])
}

function testServerSources(environment: EmbeddedEnvironment, progress: Progress): readonly Source[] {
  const { cacheDir, path } = environment
  const downloaded = join(cacheDir, `${TOOL}-sdk-${SDK_VERSION}`)
  const fetched = join(cacheDir, `${TOOL}-maven-${MAVEN_VERSION}`)
  return [
    {
      name: 'TEMPORAL_TEST_SERVER_PATH',
      demanded: environment.testServerPath,
      provide: async () => undefined,
    },
    { name: downloaded, provide: async () => inFolder(downloaded) },
    // Its launcher needs the Java that was there when it was made.
    {
      name: fetched,
      provide: async () => (onPath('java', path) === undefined ? undefined : inFolder(fetched)),
    },
    {
      name: 'download by the Temporal SDK',
      provide: async () => inFolder(await downloadBySdk(TOOL, downloaded, progress)),
    },
    { name: 'Java and Maven', provide: async () => inFolder(await fetchWithMaven(fetched, path, progress)) },
  ]
}

function inFolder(folder: string): string | undefined {
  const file = join(folder, TOOL)
  return isExecutable(file) ? file : undefined
}

async function fetchWithMaven(folder: string, path: string, progress: Progress): Promise<string> {
  const maven = onPath('mvn', path)
  if (onPath('java', path) === undefined) throw new Error('there is no `java` on the PATH')
  if (maven === undefined) throw new Error('there is no `mvn` on the PATH')
  const fetch = async (draft: string) => {
    progress(`fetching ${TOOL} once with Maven …`)
    writeFileSync(join(draft, 'pom.xml'), POM)
    const args = [
      '-q',
      '-B',
      'dependency:copy-dependencies',
      '-DoutputDirectory=jars',
      '-DincludeScope=runtime',
    ]
    await runCommand(maven, args, { cwd: draft, timeoutMs: MAVEN_WITHIN_MS })
    writeFileSync(join(draft, TOOL), LAUNCHER)
    chmodSync(join(draft, TOOL), 0o755)
  }
  return keepFolder(folder, fetch, progress)
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>tool</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${MAVEN_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-nop</artifactId>
      <version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`

/** For a short life on few processors: compiled quickly rather than well. */
const LAUNCHER = `#!/bin/sh
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/jars/*" io.temporal.testserver.TestServer "$@"
`
