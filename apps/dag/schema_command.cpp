#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/files/printable.hpp>
#include <plstm/data/dags/infer_schema.hpp>

#include "commands.hpp"
#include "graph_input.hpp"
#include "schema_flags.hpp"
#include "support/results/model_flags.hpp"
#include "support/terminal/output_folder.hpp"

namespace plstm::dag {
namespace {

struct SchemaOptions {
  InputOptions input;
  SchemaWishes wishes;
  RunOptions structure;
  std::filesystem::path output;
};

void run(const SchemaOptions& options) {
  apps::check_output(options.output, options.input.paths);
  const std::vector<GraphRecord> records = read_input(options.input);
  InferredSchema inferred = infer_schema(records, options.wishes);
  inferred.schema.degrees = options.structure.degrees;
  inferred.schema.dag = {options.structure.keep_parallel ? ParallelEdges::kKeep : ParallelEdges::kRefuse,
                         options.structure.orient};
  for (const std::string& note : inferred.notes) fmt::print(stderr, "plstm-dag: {}\n", printable(note));
  const std::string text = to_json(inferred.schema);
  if (options.output.empty() || options.output == "-") {
    fmt::print("{}", text);
  } else {
    apps::write_text(options.output, text);
    fmt::print("written to {}; train --schema reads it\n", options.output.string());
  }
}

}  // namespace

void add_schema_command(CLI::App& program, Command& command) {
  CLI::App* app = program.add_subcommand("schema", "Show how attributes of graphs become features");
  auto options = std::make_shared<SchemaOptions>();
  add_input_flags(*app, options->input);
  app->option_defaults()->group("Features");
  add_schema_flags(*app, options->wishes);
  add_structure_flags(*app, options->structure);
  app->option_defaults()->group("Output");
  app->add_option("-o,--output", options->output, "JSON file to write and edit (default: standard output)");
  app->footer("Example: plstm-dag schema -i circuits.jsonl --ignore name -o schema.json");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::dag
