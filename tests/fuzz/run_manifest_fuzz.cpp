#include <plstm/learn/run_folder.hpp>

#include "fuzz/input_files.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& folder = plstm::fuzz::input_folder();
  folder.write(plstm::kManifestName, plstm::fuzz::text_of(data, size));
  plstm::fuzz::read_or_refuse([&] {
    if (const auto manifest = plstm::read_run_manifest(folder.path()))
      changed_files(folder.path(), *manifest);
  });
  plstm::fuzz::read_or_refuse([&] { plstm::model_files_of(folder.path()); });
  return 0;
}
