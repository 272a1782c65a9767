#include "graph_input.hpp"

#include <cstdint>
#include <iterator>
#include <utility>

#include <CLI/CLI.hpp>

#include <plstm/core/error.hpp>

#include "support/terminal/progress.hpp"

namespace plstm::dag {

void add_input_flags(CLI::App& app, InputOptions& options) {
  app.option_defaults()->group("Input");
  app.add_option(
         "-i,--data-path", options.paths,
         "files or folders of graphs: node-link JSON (.json, or .jsonl with a graph a line), GraphML, "
         "DOT, AIGER, folders with edges.csv and nodes.csv, TU folders, plstm graph files; .gz of each")
      ->required()
      ->type_name("PATH ...");
  app.add_option("--format", options.format,
                 "what the files are, where their names do not say it: node-link, node-link-lines, graphml, "
                 "dot, tables, tu, aiger or plstm");
}

GraphReadOptions reading_of(const InputOptions& options) {
  GraphReadOptions reading;
  if (!options.format.empty()) reading.format = parse_graph_format(options.format);
  return reading;
}

std::vector<GraphRecord> read_input(const InputOptions& options) {
  return read_input(options, options.paths);
}

std::vector<GraphRecord> read_input(const InputOptions& options,
                                    const std::vector<std::filesystem::path>& paths) {
  const GraphReadOptions reading = reading_of(options);
  std::vector<GraphRecord> records;
  apps::Progress progress("reading", "graphs");
  for (const std::filesystem::path& path : paths) {
    read_graphs(path, reading, [&](GraphRecord&& record) {
      records.push_back(std::move(record));
      progress.at(std::ssize(records), std::nullopt);
    });
  }
  if (records.empty()) throw FileError(paths.front().string() + " holds no graph");
  return records;
}

}  // namespace plstm::dag
