#include "graph_input.hpp"

#include <cstdint>
#include <iterator>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/digest.hpp>
#include <plstm/data/number.hpp>

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

std::string digest_of(std::span<const GraphRecord> records) {
  std::string text;
  const auto add = [&](const std::string& part) { text.append(part).push_back('\0'); };
  const auto add_columns = [&](const std::vector<AttributeColumn>& columns) {
    for (const AttributeColumn& column : columns) {
      add(column.name);
      for (const AttributeValue& value : column.values) {
        text.push_back(static_cast<char>('a' + value.index()));
        if (const auto* number = std::get_if<double>(&value)) add(format_number(*number));
        if (const auto* word = std::get_if<std::string>(&value)) add(*word);
        if (const auto* set = std::get_if<std::vector<std::string>>(&value)) {
          for (const std::string& element : *set) add(element);
        }
      }
    }
  };
  std::string digests;
  for (const GraphRecord& record : records) {
    text = fmt::format("{} {} {}", record.num_nodes, record.directed, record.typed);
    add(record.name);
    for (const std::string& name : record.node_names) add(name);
    for (const Arc& arc : record.edges) add(fmt::format("{} {}", arc.tail, arc.head));
    add_columns(record.node_attributes);
    add_columns(record.edge_attributes);
    add_columns(record.graph_attributes);
    digests += sha256_of(text);
  }
  return sha256_of(digests);
}

}  // namespace plstm::dag
