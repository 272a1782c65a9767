#pragma once

#include <cstddef>

#include <plstm/stm/shared/head_rows.hpp>

namespace plstm::PLSTM_ISA_NAMESPACE {
namespace {

// HeadRows::at for the hot files (see core/hot_loops.hpp for why they have their own).
template <class T>
inline T* at(const HeadRows<T>& rows, std::ptrdiff_t row, std::ptrdiff_t head) {
  return rows.data + row * rows.row_stride + head * rows.head_stride;
}

}  // namespace
}  // namespace plstm::PLSTM_ISA_NAMESPACE
