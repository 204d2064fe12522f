import { ecosystemContract } from '../contract/ecosystem.ts'

const sums = `<?php
namespace Shop;

function add(int $a, int $b): int
{
    return $a + $b;
}
`

ecosystemContract({
  name: 'php',
  runner: 'phpunit',
  programs: ['php', 'phpunit'],
  packageName: 'phpunit',
  files: {
    'phpunit.xml.dist': `<?xml version="1.0"?>
<phpunit colors="true">
  <testsuites><testsuite name="all"><directory>tests</directory></testsuite></testsuites>
</phpunit>
`,
    'src/sums.php': sums.replace('$a + $b', '$a - $b'),
    'tests/SumsTest.php': `<?php
namespace Shop\\Tests;

require_once __DIR__ . '/../src/sums.php';

final class SumsTest extends \\PHPUnit\\Framework\\TestCase
{
    public function testHolds(): void
    {
        $this->assertTrue(true);
    }

    public function testAdds(): void
    {
        $this->assertSame(2, \\Shop\\add(1, 1));
    }

    public function testWaits(): void
    {
        $this->markTestSkipped('later');
    }
}
`,
    'tests/NamesTest.php': `<?php
namespace Shop\\Tests;

final class NamesTest extends \\PHPUnit\\Framework\\TestCase
{
    public function testIsNamed(): void
    {
        $this->assertTrue(true);
    }
}
`,
  },
  test: {
    path: 'tests/SumsTest.php',
    passes: 'tests/SumsTest.php > SumsTest > testHolds',
    fails: 'tests/SumsTest.php > SumsTest > testAdds',
    skipped: 'tests/SumsTest.php > SumsTest > testWaits',
    place: 'tests/SumsTest.php:15',
    words: 'Failed asserting that 0 is identical to 2.',
  },
  second: { path: 'tests/NamesTest.php', passes: 'tests/NamesTest.php > NamesTest > testIsNamed' },
  mend: { 'src/sums.php': sums },
  breakage: { files: { 'src/sums.php': '<?php\nfunction add(int $a\n' }, words: ['src/sums.php:3', 'ParseError'] },
  provide: async () => {},
})
