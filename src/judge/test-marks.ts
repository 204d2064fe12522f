// How tests look in the common languages: where one begins, how it is switched off, and what it asserts how exactly.

interface Language {
  files: RegExp
  /** Begins a test. */
  test: RegExp
  /** Does not run a test, or only one. */
  off: RegExp
  /** Compares with a value. */
  exact: RegExp
  /** Is content with much: that something is there, is true, or comes close. */
  loose: RegExp
}

const never = /(?!)/

/** Matches where one of them does. */
function any(...patterns: RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'))
}

const languages: Language[] = [
  {
    files: /\.([cm]?[jt]sx?|vue|svelte)$/,
    test: any(
      /(?<![.\w])[xf]?(?:it|test)(?:\.(?:skip|only|todo|fixme|failing|fails|concurrent|sequential))*\s*\(/,
      // Takes its cases, or a condition, before the test itself.
      /(?<![.\w])[xf]?(?:it|test)(?:\.\w+)*\.(?:each|skipIf|runIf)\b.*\(/,
    ),
    off: any(
      // it.skip(…), also over two lines.
      /\b(?:it|test|describe|suite|context)\s*(?:\.\s*\w+)?\s*\.\s*(?:skip|skipIf|only|todo|fixme|failing|fails)\b/,
      /(?<![.\w])(?:xit|xtest|xdescribe|xcontext|fit|fdescribe)\s*\(\s*['"`]/,
      // node:test: { skip: true }, as options of a call and in a line of their own.
      /\{\s*(?:skip|only|todo)\s*:(?!\s*false)/,
      /(?<![.\w])(?:it|test|describe|suite)\s*\((?:(?!=>).)*[{,]\s*(?:skip|only|todo)\s*(?::(?!\s*false)|[,}])/,
      /^\s*\{\s*(?:skip|only|todo)\s*\},?\s*$/,
      /\b(?:t|this)\.(?:skip|todo)\s*\(/,
    ),
    exact: any(
      /\.(?:toBe|toEqual|toStrictEqual|toMatchObject|toHaveLength|eql?|equals?)\s*\(/,
      /\.(?:toHaveBeenCalledWith|toMatchInlineSnapshot)\s*\(/,
      /\bassert\.(?:equal|strictEqual|deepEqual|deepStrictEqual|match|rejects|throws)\s*\(/,
      /\bt\.(?:is|deepEqual|equal|same|like)\s*\(/,
    ),
    loose: any(
      /\.(?:toBeTruthy|toBeFalsy|toBeDefined|toBeCloseTo|toBeInstanceOf|toBeTypeOf)\s*\(/,
      /\.not\.(?:toBeNull|toBeUndefined|toThrow)\s*\(/,
      /\.to\.be\.(?:ok|true|a|an)\b/,
      /\bassert(?:\.ok|\.doesNotThrow|\.isOk|\.exists)?\s*\(/,
      /\bt\.(?:truthy|ok|pass|notThrows)\s*\(/,
      /\.toThrow\s*\(\s*\)/,
    ),
  },
  {
    files: /\.pyi?$/,
    test: /^\s*(?:async\s+)?def test/,
    off: any(
      /@pytest\.mark\.(?:skip|skipif|xfail)\b/,
      /\bpytest\.(?:skip|xfail|importorskip)\s*\(/,
      /@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b/,
      /\bself\.skipTest\s*\(/,
      /\braise (?:unittest\.)?SkipTest\b/,
      /\bpytestmark\s*=/,
    ),
    exact: any(
      /\bself\.assert(?:Equal|ListEqual|DictEqual|SetEqual|TupleEqual|Is|Regex|RaisesRegex)\s*\(/,
      /\bassert\b[^#]*(?:==|!=)/,
      /\braises\([^)]*match\s*=/,
    ),
    loose: any(
      /\bself\.assert(?:True|False|IsNotNone|In|AlmostEqual|Greater|Less|IsInstance)\w*\s*\(/,
      /\bassert\b(?![^#]*(?:==|!=))/,
      /\bapprox\s*\(/,
      /\braises\((?![^)]*match\s*=)/,
    ),
  },
  {
    files: /\.go$/,
    test: /^func (?:Test|Fuzz|Example)\w*\(/,
    off: any(/\b[tbf]\.Skip(?:Now|f)?\s*\(/, /\btesting\.Short\s*\(/, /^\/\/go:build\s+ignore/),
    exact: /\b(?:assert|require)\.(?:Equal|EqualValues|Exactly|JSONEq|Len|EqualError|ErrorIs|ElementsMatch)f?\s*\(/,
    loose: /\b(?:assert|require)\.(?:True|False|NotNil|NotEmpty|NoError|Error|Contains|InDelta|InEpsilon)f?\s*\(/,
  },
  {
    files: /\.rs$/,
    test: /#\[(?:\w+::)?test\b/,
    off: any(/#\[ignore\b/, /#\[cfg_attr\([^)]*\bignore\b/),
    exact: any(/\bassert_(?:eq|ne)!/, /\bassert_matches!/),
    loose: /(?<!\w)assert!\s*\(/,
  },
  {
    files: /\.(java|kts?|groovy|scala)$/,
    test: /@(?:Test|ParameterizedTest|RepeatedTest)\b/,
    off: any(/@(?:Ignore|Disabled\w*|EnabledIf\w*)\b/, /\bassume(?:True|False|That|NoException)\s*\(/),
    exact: any(
      /\bassert(?:Equals|ArrayEquals|Same|Iterable\w*|LinesMatch)\s*\(/,
      /\.(?:isEqualTo|isSameAs|containsExactly\w*|hasSize|hasMessage)\s*\(/,
      /\bshouldBe\b/,
    ),
    loose: any(
      /\bassert(?:True|False|NotNull|DoesNotThrow)\s*\(/,
      /\.(?:isNotNull|isTrue|isNotEmpty|isInstanceOf|isCloseTo|contains)\s*\(/,
    ),
  },
  {
    files: /\.rb$/,
    test: any(/^\s*(?:it|specify|test)\s*[('"]/, /^\s*def test_/),
    off: any(/^\s*(?:skip|pending)\b/, /(?<![.\w])(?:xit|xdescribe|xcontext|xspecify|fit|fdescribe|fcontext)\b/),
    exact: any(
      /\bassert_(?:equal|same|match|raises)\b/,
      /\.(?:to|must)\b.*\b(?:eq|eql|equal|match_array|contain_exactly|match)\b/,
    ),
    loose: any(
      /\bassert(?:_nil|_includes|_in_delta|_not_nil)?[ (]/,
      /\bbe_(?:truthy|falsey|within|a)\b/,
      /\b(?:be_present|be_nil)\b/,
    ),
  },
  {
    files: /\.php$/,
    test: any(/\bfunction test\w*\s*\(/, /#\[Test\]/, /@test\b/),
    off: any(
      /\bmarkTest(?:Skipped|Incomplete)\s*\(/,
      /#\[(?:Requires\w*|DoesNotPerformAssertions)\b/,
      /->(?:skip|todo|only)\s*\(/,
    ),
    exact: any(
      /\bassert(?:Same|Equals|Count|StringEqualsFile|JsonStringEqualsJsonString)\w*\s*\(/,
      /\bexpectExceptionMessage\s*\(/,
    ),
    loose: /\bassert(?:True|False|NotNull|NotEmpty|InstanceOf|Contains|EqualsWithDelta)\w*\s*\(/,
  },
  {
    files: /\.(cs|fs|vb)$/,
    test: /\[(?:Fact|Theory|Test|TestCase|TestMethod)\b/,
    off: any(/\bSkip\s*=\s*"/, /\[(?:Ignore|Explicit)\b/, /\bAssert\.(?:Ignore|Inconclusive|Skip)\s*\(/),
    exact: any(
      /\bAssert\.(?:Equal|AreEqual|StrictEqual|Same|AreSame|Equivalent)\s*\(/,
      /\bIs\.EqualTo\s*\(/,
      /\.Should\(\)\.(?:Be|Equal|BeEquivalentTo)\s*\(/,
    ),
    loose: any(
      /\bAssert\.(?:True|False|IsTrue|IsFalse|NotNull|IsNotNull|NotEmpty|Contains)\s*\(/,
      /\bIs\.Not\.Null\b/,
      /\.Should\(\)\.(?:NotBeNull|BeTrue)\s*\(/,
    ),
  },
  { files: /\.(bats|sh)$/, test: /^\s*@test /, off: /^\s*skip\b/, exact: never, loose: never },
]

/** Undefined for languages whose tests nobody has described here. */
export function testLanguageOf(path: string): Language | undefined {
  return languages.find(({ files }) => files.test(path))
}
