#include "plstm/data/dags/formats/read_graphs.hpp"

#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include <plstm/core/error.hpp>
#include <plstm/data/dags/formats/aiger.hpp>
#include <plstm/data/dags/formats/dot.hpp>
#include <plstm/data/dags/formats/edge_tables.hpp>
#include <plstm/data/dags/formats/graphml.hpp>
#include <plstm/data/dags/formats/node_link.hpp>
#include <plstm/data/dags/set_records.hpp>

#include "data/dags/formats/graph_formats.hpp"
#include "data/files/fail_at.hpp"
#include "data/files/peeked_input.hpp"

namespace plstm {

namespace {

namespace fs = std::filesystem;

// "adder" of "a/adder.aig.gz".
std::string stem_of(const fs::path& path) {
  const fs::path stem = path.stem();
  return path.extension() == ".gz" ? stem.stem().string() : stem.string();
}

void read_file(const GraphFile& file, const GraphReadOptions& options, const GraphTaker& take) {
  std::error_code ignored;
  if (file.format == GraphFormat::kTu) return read_tu_records(file.path, options.tu_directed, take);
  if (file.format == GraphFormat::kTables && fs::is_directory(file.path, ignored)) {
    return read_edge_tables(file.path, take);
  }
  PeekedInput input(file.path);
  if (input.beginning().starts_with("\xFF\xFE") || input.beginning().starts_with("\xFE\xFF")) {
    fail_at(input.name(), "is UTF-16; save it as UTF-8");
  }
  switch (file.format ? *file.format : format_by_beginning(input.beginning())) {
    case GraphFormat::kNodeLink:
      return read_node_link(input.stream(), input.name(), take);
    case GraphFormat::kNodeLinkLines:
      return read_node_link_lines(input.stream(), input.name(), take);
    case GraphFormat::kAiger: {
      GraphRecord record = read_aiger(input.stream(), input.name());
      record.name = file.path == "-" ? std::string() : stem_of(file.path);
      return take(std::move(record));
    }
    case GraphFormat::kPlstm:
      return read_graph_file_records(input.stream(), input.name(), take);
    case GraphFormat::kTables:
      return read_edge_table(input.stream(), input.name(), take);
    case GraphFormat::kGraphml:
      return read_graphml(input.stream(), input.name(), take);
    case GraphFormat::kDot:
      return read_dot(input.stream(), input.name(), take);
    case GraphFormat::kTu:
      break;
  }
  fail_at(input.name(), "a set in TU format is a folder; name the folder");
}

}  // namespace

void read_graphs(const fs::path& path, const GraphReadOptions& options, const GraphTaker& take) {
  std::int64_t number = 0;
  const GraphTaker take_named = [&](GraphRecord&& record) {
    ++number;
    if (record.name.empty()) record.name = std::to_string(number);
    take(std::move(record));
  };
  for (const GraphFile& file : find_graph_files(path, options.format)) read_file(file, options, take_named);
}

std::vector<GraphRecord> read_graphs(const fs::path& path, const GraphReadOptions& options) {
  std::vector<GraphRecord> records;
  read_graphs(path, options, [&](GraphRecord&& record) { records.push_back(std::move(record)); });
  return records;
}

}  // namespace plstm
