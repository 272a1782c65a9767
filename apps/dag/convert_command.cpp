#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/printable.hpp>
#include <plstm/data/dags/formats/node_link.hpp>
#include <plstm/data/dags/infer_schema.hpp>
#include <plstm/data/dags/record_set.hpp>
#include <plstm/data/graph_file.hpp>

#include "commands.hpp"
#include "graph_input.hpp"
#include "support/results/model_flags.hpp"

namespace plstm::dag {
namespace {

struct ConvertOptions {
  InputOptions input;
  std::filesystem::path output;
  std::string format;  // of the output; empty: by its ending
  std::vector<std::string> ignored;
};

bool writes_graph_file(const ConvertOptions& options) {
  if (!options.format.empty()) return options.format == "plstm";
  std::string name = options.output.filename().string();
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name.ends_with(".graphs") || name.ends_with(".graphs.gz");
}

void drop_attributes(const std::vector<std::string>& ignored, std::vector<GraphRecord>& records) {
  std::set<std::string> unknown(ignored.begin(), ignored.end());
  for (GraphRecord& record : records) {
    const auto drop = [&](const char* what, std::vector<AttributeColumn>& columns) {
      std::erase_if(columns, [&](const AttributeColumn& column) {
        const auto means = [&](const std::string& wish) { return means_attribute(wish, what, column.name); };
        std::erase_if(unknown, means);
        return std::ranges::any_of(ignored, means);
      });
    };
    drop("node", record.node_attributes);
    drop("edge", record.edge_attributes);
    drop("graph", record.graph_attributes);
  }
  if (!unknown.empty()) {
    throw ConfigError(
        fmt::format("--ignore names '{}', which is no attribute of the graphs; plstm-dag schema "
                    "lists them",
                    printable(*unknown.begin())));
  }
}

// Says what the file does not keep.
void write_set(const std::filesystem::path& path, const std::vector<GraphRecord>& records) {
  const RecordSet found = make_record_set(records);
  write_graph_file(path, found.set, found.legend);
  fmt::print(
      stderr,
      "plstm-dag: a graph file keeps no names of graphs, nodes and attributes; its first lines say what "
      "columns and codes mean\n");
  if (found.rounded > 0) {
    fmt::print(stderr, "plstm-dag: {} numbers have more digits than a graph file keeps, and are rounded\n",
               found.rounded);
  }
}

void run(const ConvertOptions& options) {
  apps::check_output(options.output, options.input.paths);
  std::vector<GraphRecord> records = read_input(options.input);
  drop_attributes(options.ignored, records);
  if (writes_graph_file(options)) {
    write_set(options.output, records);
  } else {
    write_node_link_lines(options.output, records);
  }
  if (options.output != "-") fmt::print("{} graphs written to {}\n", records.size(), options.output.string());
}

}  // namespace

void add_convert_command(CLI::App& program, Command& command) {
  CLI::App* app =
      program.add_subcommand("convert", "Write graphs of any format as JSON lines or a graph file");
  auto options = std::make_shared<ConvertOptions>();
  add_input_flags(*app, options->input);
  app->option_defaults()->group("Output");
  app->add_option("-o,--output", options->output,
                  "file to write, compressed if it ends in .gz; - is standard output")
      ->required();
  app->add_option("--output-format", options->format,
                  "node-link-lines: node-link JSON, a graph a line; plstm: a graph file (default: plstm for "
                  "names that end in .graphs or .graphs.gz)")
      ->check(CLI::IsMember({"node-link-lines", "plstm"}));
  app->add_option("--ignore", options->ignored, "attributes that are left out, \"name\" or \"node.name\"");
  app->footer("Example: plstm-dag convert -i circuits/ -o circuits.jsonl.gz");
  app->callback([options, &command] { command = [options] { run(*options); }; });
}

}  // namespace plstm::dag
