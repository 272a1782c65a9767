#pragma once

// How kernels are declared. A hot file x_kernels.cpp is compiled once per instruction set, and PLSTM_ISA_NAMESPACE is
// the namespace of the one at hand. Its header x_kernels.hpp declares the kernels as members of a struct of function
// pointers, the table, beside a static member template make<Isa>(). The hot file defines the kernels in an unnamed
// namespace and fills the table in make(), which it instantiates for its own Isa alone. So each variant of make() is a
// function of its own, and the linker merges nothing. dispatch.hpp chooses.

namespace plstm::isa_baseline {
struct Isa;
}
namespace plstm::isa_avx2 {
struct Isa;
}
namespace plstm::isa_avx512 {
struct Isa;
}
#if defined(PLSTM_ISA_NAMESPACE)
namespace plstm::PLSTM_ISA_NAMESPACE {
struct Isa;
}
#endif
