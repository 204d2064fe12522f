import { ecosystemContract } from '../contract/ecosystem.ts'

const sums = 'module Sums\n  def self.add(a, b)\n    a + b\n  end\nend\n'
const wrong = sums.replace('a + b', 'a - b')
const breakage = {
  files: { 'lib/sums.rb': 'module Sums\n  def self.add(a, b\nend\n' },
  words: ['lib/sums.rb:3', 'syntax error'],
}

ecosystemContract({
  name: 'ruby',
  runner: 'rspec',
  programs: ['ruby', 'rspec'],
  packageName: 'ruby-rspec',
  files: {
    '.rspec': '--color\n',
    'lib/sums.rb': wrong,
    'spec/sums_spec.rb': `require 'sums'

RSpec.describe Sums do
  it('holds') {}
  it 'adds' do
    expect(Sums.add(1, 1)).to eq(2)
  end
  xit('waits') {}
end
`,
    'spec/names_spec.rb': "RSpec.describe 'names' do\n  it('is named') {}\nend\n",
  },
  test: {
    path: 'spec/sums_spec.rb',
    passes: 'spec/sums_spec.rb > Sums holds',
    fails: 'spec/sums_spec.rb > Sums adds',
    skipped: 'spec/sums_spec.rb > Sums waits',
    place: 'spec/sums_spec.rb:6',
    words: 'expected: 2',
  },
  second: { path: 'spec/names_spec.rb', passes: 'spec/names_spec.rb > names is named' },
  mend: { 'lib/sums.rb': sums },
  breakage,
  provide: nothing,
})

const minitest = {
  'lib/sums.rb': wrong,
  'test/sums_test.rb': `require 'minitest/autorun'
require 'sums'

class SumsTest < Minitest::Test
  def test_holds
    assert true
  end

  def test_adds
    assert_equal 2, Sums.add(1, 1)
  end

  def test_waits
    skip 'later'
  end
end
`,
  'test/names_test.rb': `require 'minitest/autorun'

describe 'names' do
  it('is named') { _(1).must_equal 1 }
end
`,
}

const rakefile = `require 'rake/testtask'

Rake::TestTask.new(:test) { |task| task.pattern = 'test/**/*_test.rb' }
`

for (const [runner, more] of [
  ['minitest through rake', { Rakefile: rakefile }],
  ['minitest alone', { 'sums.gemspec': '' }],
] as const) {
  ecosystemContract({
    name: 'ruby',
    runner,
    programs: ['ruby', 'rake'],
    packageName: 'ruby-minitest rake',
    files: { ...minitest, ...more },
    test: {
      path: 'test/sums_test.rb',
      passes: 'test/sums_test.rb > SumsTest > test_holds',
      fails: 'test/sums_test.rb > SumsTest > test_adds',
      skipped: 'test/sums_test.rb > SumsTest > test_waits',
      place: 'test/sums_test.rb:10',
      words: 'Expected: 2',
    },
    second: { path: 'test/names_test.rb', passes: 'test/names_test.rb > names > is named' },
    mend: { 'lib/sums.rb': sums },
    breakage,
    provide: nothing,
  })
}

/** The machine's own gems suffice. */
async function nothing(): Promise<void> {}
