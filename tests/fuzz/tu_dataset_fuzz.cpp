#include <filesystem>
#include <string>

#include <plstm/data/tu_dataset.hpp>

#include "fuzz/input_files.hpp"

// The input has the files of the data set one after the other. A line "@A" begins the file DS_A.txt.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = plstm::fuzz::text_of(data, size);
  const auto& root = plstm::fuzz::input_folder();
  const std::filesystem::path folder = root.path() / "DS";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  for (const char* part : {"A", "graph_indicator", "node_labels", "node_attributes", "edge_labels",
                           "edge_attributes", "graph_labels", "graph_attributes"}) {
    const std::string mark = "@" + std::string(part) + "\n";
    std::size_t begin = text.find(mark);
    if (begin == std::string_view::npos) continue;
    begin += mark.size();
    const std::size_t end = text.find('@', begin);
    root.write("DS/DS_" + std::string(part) + ".txt", text.substr(begin, end - begin));
  }
  for (const bool directed : {false, true}) {
    plstm::fuzz::read_or_refuse([&] { plstm::read_tu_dataset(folder, {directed}); });
  }
  return 0;
}
