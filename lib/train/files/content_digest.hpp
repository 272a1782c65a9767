#pragma once

#include <plstm/train/files/safetensors.hpp>

namespace plstm {

/// Adds the metadata entry "plstm_sha256": the SHA-256 of all other metadata and of names, types, shapes and bytes of
/// all tensors, in the order of their names.
void add_digest(TensorFile& file);

bool has_digest(const TensorFile& file);

/// Throws FileError (without the name of the file) if there is a digest and the contents have another one.
void check_digest(const TensorFile& file);

}  // namespace plstm
