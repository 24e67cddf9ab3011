"""librime's C API through ctypes (rime_api.h, librime 1.5 and later): a table that only grows."""

import ctypes
import ctypes.util
from ctypes import POINTER, Structure, c_char_p, c_int, c_size_t, c_void_p, sizeof
from typing import Any

TABLE = (
    "setup", "set_notification_handler", "initialize", "finalize", "start_maintenance",
    "is_maintenance_mode", "join_maintenance_thread", "deployer_initialize", "prebuild", "deploy",
    "deploy_schema", "deploy_config_file", "sync_user_data", "create_session", "find_session",
    "destroy_session", "cleanup_stale_sessions", "cleanup_all_sessions", "process_key",
    "commit_composition", "clear_composition", "get_commit", "free_commit", "get_context",
    "free_context", "get_status", "free_status", "set_option", "get_option", "set_property",
    "get_property", "get_schema_list", "free_schema_list", "get_current_schema", "select_schema",
    "schema_open", "config_open", "config_close", "config_get_bool", "config_get_int",
    "config_get_double", "config_get_string", "config_get_cstring", "config_update_signature",
    "config_begin_map", "config_next", "config_end", "simulate_key_sequence", "register_module",
    "find_module", "run_task", "get_shared_data_dir", "get_user_data_dir", "get_sync_dir",
    "get_user_id", "get_user_data_sync_dir", "config_init", "config_load_string", "config_set_bool",
    "config_set_int", "config_set_double", "config_set_string", "config_get_item", "config_set_item",
    "config_clear", "config_create_list", "config_create_map", "config_list_size",
    "config_begin_list", "get_input", "get_caret_pos", "select_candidate", "get_version",
    "set_caret_pos", "select_candidate_on_current_page", "candidate_list_begin",
    "candidate_list_next", "candidate_list_end", "user_config_open", "candidate_list_from_index",
)  # fmt: skip
"""The table's functions in their order, as far as we need them."""


class NoRime(Exception):
    """librime or its dictionaries are not on this machine, or they cannot be used; the text says which."""


class Traits(Structure):
    """Where the library finds and keeps things."""

    _fields_ = (
        ("data_size", c_int), ("shared_data_dir", c_char_p), ("user_data_dir", c_char_p),
        ("distribution_name", c_char_p), ("distribution_code_name", c_char_p),
        ("distribution_version", c_char_p), ("app_name", c_char_p), ("modules", c_void_p),
        ("min_log_level", c_int), ("log_dir", c_char_p), ("prebuilt_data_dir", c_char_p),
        ("staging_dir", c_char_p),
    )  # fmt: skip


class _Composition(Structure):
    _fields_ = (("length", c_int), ("cursor_pos", c_int), ("sel_start", c_int), ("sel_end", c_int),
                ("preedit", c_char_p))  # fmt: skip


class _Candidate(Structure):
    _fields_ = (("text", c_char_p), ("comment", c_char_p), ("reserved", c_void_p))


class _Menu(Structure):
    _fields_ = (
        ("page_size", c_int), ("page_no", c_int), ("is_last_page", c_int), ("highlighted", c_int),
        ("num_candidates", c_int), ("candidates", POINTER(_Candidate)), ("select_keys", c_char_p),
    )  # fmt: skip


class Context(Structure):
    """A session as it is shown."""

    _fields_ = (("data_size", c_int), ("composition", _Composition), ("menu", _Menu),
                ("commit_text_preview", c_char_p), ("select_labels", c_void_p))  # fmt: skip


class Commit(Structure):
    """A finished text."""

    _fields_ = (("data_size", c_int), ("text", c_char_p))


class CandidateIterator(Structure):
    """A walk over all candidates."""

    _fields_ = (("ptr", c_void_p), ("index", c_int), ("candidate", _Candidate))


class Api(Structure):
    """The table."""

    _fields_ = (("data_size", c_int), *((name, c_void_p) for name in TABLE))


_SIGNATURES: dict[str, tuple[Any, ...]] = {
    "setup": (None, POINTER(Traits)),
    "initialize": (None, POINTER(Traits)),
    "finalize": (None,),
    "start_maintenance": (c_int, c_int),
    "is_maintenance_mode": (c_int,),
    "join_maintenance_thread": (None,),
    "create_session": (c_size_t,),
    "destroy_session": (c_int, c_size_t),
    "select_schema": (c_int, c_size_t, c_char_p),
    "set_option": (None, c_size_t, c_char_p, c_int),
    "process_key": (c_int, c_size_t, c_int, c_int),
    "clear_composition": (None, c_size_t),
    "get_commit": (c_int, c_size_t, POINTER(Commit)),
    "free_commit": (c_int, POINTER(Commit)),
    "get_context": (c_int, c_size_t, POINTER(Context)),
    "free_context": (c_int, POINTER(Context)),
    "get_input": (c_char_p, c_size_t),
    "select_candidate": (c_int, c_size_t, c_size_t),
    "candidate_list_begin": (c_int, c_size_t, POINTER(CandidateIterator)),
    "candidate_list_next": (c_int, POINTER(CandidateIterator)),
    "candidate_list_end": (None, POINTER(CandidateIterator)),
    "get_version": (c_char_p,),
}


def sized(made: Structure) -> Any:
    """RIME_STRUCT_INIT: how long a structure is behind its first field."""
    made.data_size = sizeof(made) - sizeof(c_int)
    return made


class Functions:
    """The functions of the table that we call."""

    def __init__(self, api: Api) -> None:
        for name, (result, *arguments) in _SIGNATURES.items():
            field = getattr(Api, name)
            if field.offset + field.size > api.data_size + sizeof(c_int) or not getattr(api, name):
                raise NoRime(f"this librime is too old: it has no {name}")
            setattr(self, name, ctypes.CFUNCTYPE(result, *arguments)(getattr(api, name)))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def give_back_memory() -> None:
    """What building took and freed goes back to the system, where the C library can (some 70 MB)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def functions() -> Functions:
    """The library's functions; NoRime where it is not installed."""
    found = ctypes.util.find_library("rime") or "librime.so.1"
    try:
        library = ctypes.CDLL(found)
    except OSError as trouble:
        raise NoRime(f"librime is not here (Debian: apt-get install librime1): {trouble}") from trouble
    library.rime_get_api.restype = POINTER(Api)
    return Functions(library.rime_get_api().contents)
