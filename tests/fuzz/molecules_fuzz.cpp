#include <plstm/chem/reader.hpp>

#include "fuzz/input_files.hpp"

// RDKit's reader of V3000 mol blocks loses memory where it throws. Read by the leak sanitizer.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libRDKit\n";
}

// The first letter chooses the kind of file: c (csv), s (smi) or d (sdf).
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLongest = 2000;  // what RDKit does with large molecules takes long
  if (size == 0 || size > kLongest) return 0;
  plstm::MoleculeReaderOptions options;
  options.kind = data[0] == 'd' ? "sdf" : data[0] == 's' ? "smi" : "csv";
  const auto path = plstm::fuzz::input_folder().write("input.txt", plstm::fuzz::text_of(data + 1, size - 1));
  plstm::fuzz::read_or_refuse([&] {
    plstm::MoleculeReader reader(path, options);
    while (!reader.next_chunk(16).empty()) {
    }
  });
  return 0;
}
