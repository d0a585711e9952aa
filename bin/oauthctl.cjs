#!/usr/bin/env node
'use strict'
require('../dist/oauthctl.cjs')
