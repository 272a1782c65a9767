#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/data/dags/formats/read_graphs.hpp>
#include <plstm/data/dags/graph_record.hpp>

namespace CLI {
class App;
}

namespace plstm::dag {

/// Where graphs come from.
struct InputOptions {
  std::vector<std::filesystem::path> paths;  ///< files and folders, one after the other
  std::string format;                        ///< name of a GraphFormat; empty: by name and content
};

/// Adds -i and --format.
void add_input_flags(CLI::App& app, InputOptions& options);

/// How --format says that files are read.
GraphReadOptions reading_of(const InputOptions& options);

/// The graphs of all paths. Throws FileError, also if there is none.
std::vector<GraphRecord> read_input(const InputOptions& options);
/// The same of other paths.
std::vector<GraphRecord> read_input(const InputOptions& options,
                                    const std::vector<std::filesystem::path>& paths);

/// A digest of all that the records say: equal data has equal digests, whatever files it came from.
std::string digest_of(std::span<const GraphRecord> records);

}  // namespace plstm::dag
