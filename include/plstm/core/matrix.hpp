#pragma once

#include <Eigen/Core>

namespace plstm {

/// Index type of matrix sizes.
using Index = Eigen::Index;

/// Dense row-major matrix that owns its memory, for use inside one program or library. How Eigen frees memory
/// depends on compiler flags. So no such matrix is passed into or out of this library; views and std::vector
/// are.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// View of row-major memory that the view does not own.
template <class T>
using MatrixMap = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

template <class T>
using ConstMatrixMap = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

}  // namespace plstm
