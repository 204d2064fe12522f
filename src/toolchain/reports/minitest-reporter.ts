/**
 * Ruby that every process of the check loads first (`RUBYOPT`), and that does nothing until Minitest is there: then it adds
 * a reporter, whatever plugins and versions there are. `json` is required late: a Gemfile may ask for another one.
 */
export const minitestReporterSource = `module DraftsmithReport
  FILE = File.join(__dir__, 'report')

  class Reporter
    def start; end
    def prerecord(*); end
    def report; end
    def passed? = true

    def record(result)
      require 'json'
      source = result.respond_to?(:source_location) ? result.source_location : result.method(result.name).source_location
      line = JSON.generate(
        group: result.respond_to?(:klass) ? result.klass : result.class.name,
        name: result.name, file: source&.first, line: source&.last,
        status: result.skipped? ? 'skipped' : result.passed? ? 'passed' : 'failed',
        failures: result.skipped? ? [] : result.failures.map { |failure| describe(failure) })
      File.open(FILE, 'a') { |file| file.flock(File::LOCK_EX); file.write(line + "\\n") }
    end

    def describe(failure)
      error = failure.respond_to?(:error) ? failure.error : failure
      message = error.equal?(failure) ? failure.message : "#{error.class}: #{error.message}"
      { message: message.dup.force_encoding('UTF-8').scrub, backtrace: (error.backtrace || []).first(60) }
    end
  end

  module Plugins
    def init_plugins(options)
      super
      reporter << Reporter.new
    end
  end
end

TracePoint.new(:end) { |point|
  if defined?(::Minitest) && point.self.equal?(::Minitest) && ::Minitest.respond_to?(:init_plugins)
    ::Minitest.singleton_class.prepend(DraftsmithReport::Plugins)
    DraftsmithReport::WATCH.disable
  end
}.tap { |watch| DraftsmithReport.const_set(:WATCH, watch) }.enable
`
