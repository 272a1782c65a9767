#include <filesystem>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/data/dags/node_link.hpp>

#include "commands.hpp"
#include "graph_input.hpp"
#include "support/results/model_flags.hpp"

namespace plstm::dag {
namespace {

struct ConvertOptions {
  InputOptions input;
  std::filesystem::path output;
};

void run(const ConvertOptions& options) {
  apps::check_output(options.output, options.input.paths);
  const std::vector<GraphRecord> records = read_input(options.input);
  write_node_link_lines(options.output, records);
  if (options.output != "-") fmt::print("{} graphs written to {}\n", records.size(), options.output.string());
}

}  // namespace

void add_convert_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("convert", "Write graphs of any format as node-link JSON, a graph a line");
  auto options = std::make_shared<ConvertOptions>();
  add_input_flags(*app, options->input);
  app->option_defaults()->group("Output");
  app->add_option("-o,--output", options->output,
                  "file to write, compressed if it ends in .gz; - is standard output")
      ->required();
  app->footer("Example: plstm-dag convert -i circuits/ -o circuits.jsonl.gz");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::dag
