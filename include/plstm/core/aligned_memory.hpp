#pragma once

#include <cstddef>

namespace plstm {

/// Memory that is aligned to 64 bytes (a cache line, and the widest vector register), not initialised. From 8 MiB on
/// it is aligned to 2 MiB, and the system is asked to use large pages for it, where it has them (Linux). Programs that
/// read large arrays in no order then spend less time on finding pages. Throws std::bad_alloc.
void* allocate_aligned(std::size_t bytes);

/// Gives back what allocate_aligned returned for the same number of bytes. Null is allowed.
void free_aligned(void* memory, std::size_t bytes) noexcept;

}  // namespace plstm
