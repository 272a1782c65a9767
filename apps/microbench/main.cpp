// plstm-microbench: measures the parts of the library on this machine, and the machine's peaks.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include <plstm/core/cpu.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

#include "benchmarks.hpp"

namespace {

constexpr std::string_view kThreads = "--threads=";

struct Options {
  int threads = 0;
  plstm::bench::Scale scale = plstm::bench::Scale::kFull;
};

void print_help() {
  std::puts(
      "usage: plstm-microbench [--threads=N] [--small] [--benchmark_...]\n"
      "  --threads=N  threads to use, default 0: all cores\n"
      "  --small      tiny inputs: every benchmark runs, the figures mean nothing\n"
      "and those of Google Benchmark:");
  benchmark::PrintDefaultHelp();
}

int parse_threads(std::string_view text) {
  int threads = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error != std::errc() || end != text.data() + text.size() || threads < 0) {
    throw plstm::ConfigError("--threads: '" + std::string(text) + "' is not a number of threads, 0 or more");
  }
  return threads;
}

// Removes our own flags from the arguments. The others are for Google Benchmark.
Options take_options(std::vector<char*>& arguments) {
  Options options;
  std::vector<char*> others{arguments.front()};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--small") {
      options.scale = plstm::bench::Scale::kSmall;
    } else if (argument.substr(0, kThreads.size()) == kThreads) {
      options.threads = parse_threads(argument.substr(kThreads.size()));
    } else if (argument == "--threads") {
      options.threads = parse_threads(i + 1 < arguments.size() ? arguments[++i] : "");
    } else {
      others.push_back(arguments[i]);
    }
  }
  arguments = others;
  return options;
}

int run(std::vector<char*> arguments) {
  using namespace plstm::bench;
  const Options options = take_options(arguments);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data(), print_help);
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) {
    print_help();
    return 2;
  }
  const plstm::ThreadLimit limit(options.threads);
  const Workload workload = make_workload(options.scale);
  benchmark::AddCustomContext("threads", std::to_string(plstm::num_threads()));
  benchmark::AddCustomContext("instruction set", std::string(plstm::name(plstm::instruction_set())));
  benchmark::AddCustomContext("bfloat16 products", std::string(plstm::name(plstm::bfloat16_products())));
  benchmark::AddCustomContext("peak, multiply-adds/s", std::to_string(workload.product_peak));
  benchmark::AddCustomContext(
      "molecules", std::to_string(workload.molecules.graphs.size()) + " of " + workload.molecules.source);
  register_peaks(workload);
  register_products(workload);
  register_graph_building(workload);
  register_operator(workload);
  register_cells(workload);
  register_sequences(workload);
  register_grids(workload);
  register_model(workload);
#if defined(PLSTM_MEASURE_WITH_CHEM)
  register_smiles(workload);
#endif
  const bool ran = benchmark::RunSpecifiedBenchmarks() > 0;
  benchmark::Shutdown();
  return ran ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plstm-microbench: %s\n", error.what());
    return 1;
  }
}
