"""Recipe of plstm::core and plstm::graph for Conan 2. It packs the tree that it lies in: conan create cmake/recipes/conan"""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

ROOT = os.path.join("..", "..", "..")


class PlstmRecipe(ConanFile):
    name = "plstm"
    description = "Directed acyclic graphs, their line graphs and level schedules"
    license = "MIT"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": False, "boost/*:header_only": True}

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, ROOT, "CMakeLists.txt"))
        self.version = re.search(r"project\(plstm VERSION ([0-9.]+)", text).group(1)

    def export_sources(self):
        root = os.path.join(self.recipe_folder, ROOT)
        for folder in ("cmake", "docs", "include", "lib"):
            copy(self, "*", os.path.join(root, folder), os.path.join(self.export_sources_folder, folder))
        for file in ("CMakeLists.txt", "LICENSE"):
            copy(self, file, root, self.export_sources_folder)

    def requirements(self):
        # In headers of ours, or linked by who links our static libraries.
        self.requires("eigen/3.4.0", transitive_headers=True)
        self.requires("boost/1.83.0", transitive_headers=True)
        self.requires("fmt/10.2.1")
        self.requires("onetbb/2021.12.0")
        self.requires("nlohmann_json/3.11.3", visible=False)

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["PLSTM_GRAPH_ONLY"] = True
        toolchain.cache_variables["PLSTM_WARNINGS_AS_ERRORS"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))  # Conan writes these files for who asks

    def package_info(self):
        self.cpp_info.components["core"].libs = ["plstm_core"]
        self.cpp_info.components["core"].requires = ["eigen::eigen", "fmt::fmt", "onetbb::libtbb"]
        self.cpp_info.components["core"].system_libs = ["m", "pthread"]
        self.cpp_info.components["graph"].libs = ["plstm_graph"]
        self.cpp_info.components["graph"].requires = ["core", "boost::headers", "fmt::fmt"]
