#include <sstream>
#include <string>

#include <plstm/data/dags/formats/dot.hpp>

#include "fuzz/input_files.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using plstm::fuzz::read_or_refuse;
  std::istringstream stream{std::string(plstm::fuzz::text_of(data, size))};
  read_or_refuse([&] {
    plstm::read_dot(stream, "input", [](plstm::GraphRecord&& record) {
      read_or_refuse([&] { plstm::dag_of(record, {plstm::ParallelEdges::kRefuse, true}); });
    });
  });
  return 0;
}
