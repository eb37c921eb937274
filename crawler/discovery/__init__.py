"""List pages, pagers and feeds -> links, one module a CMS family."""
