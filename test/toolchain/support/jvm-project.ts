// Small Java projects that are built offline, from the Maven repository that Debian's packages bring.

export const debianRepository = '/usr/share/maven-repo'

const sums = (operator: string) =>
  `package shop;\n\npublic class Sums {\n  public static int add(int a, int b) {\n    return a ${operator} b;\n  }\n}\n`

/** `annotations` of JUnit 4 or 5; `ignore` is the one for a test that is left out. */
export function javaSources(junit: { imports: string; ignore: string }): Record<string, string> {
  return {
    'src/main/java/shop/Sums.java': sums('-'),
    'src/test/java/shop/SumsTest.java': `package shop;

${junit.imports}

public class SumsTest {
  @Test
  public void holds() {}

  @Test
  public void adds() {
    assertEquals(2, Sums.add(1, 1));
  }

  @${junit.ignore}("later")
  @Test
  public void waits() {}
}
`,
    'src/test/java/shop/NamesTest.java': `package shop;

${junit.imports}

public class NamesTest {
  @Test
  public void isNamed() {}
}
`,
  }
}

export const javaExpectations = {
  test: {
    path: 'src/test/java/shop/SumsTest.java',
    passes: 'src/test/java/shop/SumsTest.java > holds',
    fails: 'src/test/java/shop/SumsTest.java > adds',
    skipped: 'src/test/java/shop/SumsTest.java > waits',
    place: 'src/test/java/shop/SumsTest.java:14',
  },
  second: { path: 'src/test/java/shop/NamesTest.java', passes: 'src/test/java/shop/NamesTest.java > isNamed' },
  mend: { 'src/main/java/shop/Sums.java': sums('+') },
  breakage: {
    files: { 'src/main/java/shop/Sums.java': 'package shop;\n\npublic class Sums {\n  int add(\n}\n' },
    words: ['src/main/java/shop/Sums.java', 'illegal start of type'],
  },
}

export const junit5 = {
  imports: `import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;`,
  ignore: 'Disabled',
}

export const junit4 = {
  imports: `import static org.junit.Assert.assertEquals;

import org.junit.Ignore;
import org.junit.Test;`,
  ignore: 'Ignore',
}

/** Builds this small end before the better compiler would pay. */
export const quick = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

const plugin = (name: string, version: string) =>
  `<plugin><artifactId>maven-${name}-plugin</artifactId><version>${version}</version></plugin>`

/** With the versions that Debian has. */
export function pom(name: string, more = ''): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>shop</groupId>
  <artifactId>${name}</artifactId>
  <version>1</version>
  ${more}
  <properties>
    <maven.compiler.source>11</maven.compiler.source>
    <maven.compiler.target>11</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.junit.jupiter</groupId>
      <artifactId>junit-jupiter</artifactId>
      <version>5.9.2</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <build><pluginManagement><plugins>
    ${plugin('surefire', '2.22.3')}${plugin('compiler', '3.10.1')}${plugin('resources', '3.3.0')}
  </plugins></pluginManagement></build>
</project>
`
}

/** In Maven's own process: one that surefire forks is waited for ten seconds after its last test, with Debian's libraries. */
export const mavenOffline = {
  '.mvn/maven.config': `-Dmaven.repo.local=${debianRepository}\n-DforkCount=0\n`,
  '.mvn/jvm.config': `${quick}\n`,
}
