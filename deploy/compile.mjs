// Compile Python sources to the bytecode of Lambda's Python, on a machine with another version of Python.
// Pyodide is CPython, built as WebAssembly. Bytecode depends only on the version.
//
//     node deploy/compile.mjs 3.13 FOLDER PATH_OF_THE_FOLDER_IN_LAMBDA

import { loadPyodide } from "pyodide";

const [version, folder, seen] = process.argv.slice(2);

// Without the seed, the order of a set of constants would differ between runs.
const python = await loadPyodide({ env: { PYTHONHASHSEED: "0" } });
python.FS.mkdir("/sources");
python.mountNodeFS("/sources", folder);
python.globals.set("wanted", version);
python.globals.set("seen", seen);
python.runPython(`
    import compileall, sys
    from py_compile import PycInvalidationMode

    found = "%d.%d" % sys.version_info[:2]
    if found != wanted:
        raise SystemExit(f"package.json has a Pyodide with Python {found}; serverless.yml wants {wanted}")
    # Unchecked: in a zip, all files have the same date, and nobody edits them.
    compiled = compileall.compile_dir(
        "/sources", quiet=1, force=True, stripdir="/sources", prependdir=seen,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    if not compiled:
        raise SystemExit("some sources do not compile")
`);
