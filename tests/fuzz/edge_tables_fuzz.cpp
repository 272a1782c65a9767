#include <filesystem>
#include <string>

#include <plstm/data/dags/formats/edge_tables.hpp>

#include "fuzz/input_files.hpp"

// The input has the tables one after the other. A line "@nodes" begins nodes.csv.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using plstm::fuzz::read_or_refuse;
  const std::string_view text = plstm::fuzz::text_of(data, size);
  const auto& root = plstm::fuzz::input_folder();
  const std::filesystem::path folder = root.path() / "tables";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  for (const char* table : {"edges", "nodes", "graphs"}) {
    const std::string mark = "@" + std::string(table) + "\n";
    std::size_t begin = text.find(mark);
    if (begin == std::string_view::npos) continue;
    begin += mark.size();
    root.write("tables/" + std::string(table) + ".csv", text.substr(begin, text.find('@', begin) - begin));
  }
  read_or_refuse([&] {
    plstm::read_edge_tables(
        folder, [](plstm::GraphRecord&& record) { read_or_refuse([&] { plstm::dag_of(record); }); });
  });
  return 0;
}
