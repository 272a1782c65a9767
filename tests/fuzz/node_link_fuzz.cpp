#include <sstream>
#include <string>

#include <plstm/data/dags/formats/node_link.hpp>

#include "fuzz/input_files.hpp"

// What is read is made a DAG, and written.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using plstm::fuzz::read_or_refuse;
  for (const auto read : {plstm::read_node_link, plstm::read_node_link_lines}) {
    std::istringstream stream{std::string(plstm::fuzz::text_of(data, size))};
    read_or_refuse([&] {
      read(stream, "input", [](plstm::GraphRecord&& record) {
        read_or_refuse([&] { plstm::dag_of(record, {plstm::ParallelEdges::kRefuse, true}); });
        read_or_refuse([&] { plstm::node_link_text(record); });
      });
    });
  }
  return 0;
}
